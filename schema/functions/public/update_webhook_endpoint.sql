-- Changes where and of what a platform is told; what is NULL stays. Disabled, what waits for it fails; enabled again,
-- it begins without a past, and what it missed is there to be recovered.
--
-- Returns: the endpoint
-- Raises:  GS001, GS003
-- Locks:   the endpoint; when it is disabled, what waits for it
-- Cost:    O(1), or O(deliveries that wait)
-- Test:    tests/functions/test_webhook_endpoints.py

CREATE OR REPLACE FUNCTION update_webhook_endpoint(
    p_endpoint_id uuid, p_url text, p_event_types text[], p_description text, p_is_enabled boolean
) RETURNS ops.webhook_endpoints
LANGUAGE plpgsql
AS $$
DECLARE
    v_endpoint ops.webhook_endpoints := ops.lock_endpoint(p_endpoint_id);
    v_was_disabled boolean := v_endpoint.disabled_at IS NOT NULL;
BEGIN
    UPDATE ops.webhook_endpoints AS e
    SET
        url = coalesce(p_url, e.url),
        event_types = coalesce(p_event_types, e.event_types),
        description = coalesce(p_description, e.description),
        disabled_at = CASE
            WHEN p_is_enabled IS NULL THEN e.disabled_at
            WHEN NOT p_is_enabled THEN coalesce(e.disabled_at, clock_timestamp())
        END,
        disabled_reason = CASE
            WHEN p_is_enabled IS NULL THEN e.disabled_reason
            WHEN NOT p_is_enabled THEN coalesce(e.disabled_reason, 'platform')
        END,
        failing_since = CASE WHEN p_is_enabled IS DISTINCT FROM TRUE THEN e.failing_since END
    WHERE e.id = p_endpoint_id
    RETURNING e.* INTO v_endpoint;

    -- Enabled again too: an event that was on its way while it was disabled has left a delivery.
    IF p_is_enabled IS NOT NULL AND (v_was_disabled OR NOT p_is_enabled) THEN
        UPDATE ops.webhook_deliveries AS d
        SET
            status = 'failed',
            next_attempt_at = NULL,
            leased_until = NULL,
            error = coalesce(d.error, 'the endpoint is disabled')
        WHERE d.endpoint_id = p_endpoint_id AND d.status = 'pending';
    END IF;
    PERFORM ops.audit(
        'webhook_endpoint.updated', 'webhook_endpoint', p_endpoint_id,
        jsonb_build_object('fields', array_remove(ARRAY[
            CASE WHEN p_url IS NOT NULL THEN 'url' END,
            CASE WHEN p_event_types IS NOT NULL THEN 'event_types' END,
            CASE WHEN p_description IS NOT NULL THEN 'description' END,
            CASE WHEN p_is_enabled IS NOT NULL THEN 'is_enabled' END
        ], NULL))
    );
    RETURN v_endpoint;
END;
$$;
