-- Delivers again what an endpoint has missed since a moment: what failed, and what happened while it was disabled or
-- not subscribed; with p_all also what it has answered for. Each goes out under the id that it had, from the first
-- attempt on.
--
-- Returns: the number of deliveries that are due now
-- Raises:  GS001, GS003; GS011 when the endpoint is disabled
-- Locks:   the endpoint, its deliveries
-- Cost:    O(events since then)
-- Test:    tests/functions/test_webhook_endpoints.py

CREATE OR REPLACE FUNCTION recover_webhook_endpoint(p_endpoint_id uuid, p_since timestamptz, p_all boolean)
RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    v_endpoint ops.webhook_endpoints := ops.lock_endpoint(p_endpoint_id);
    v_queued integer;
BEGIN
    IF v_endpoint.disabled_at IS NOT NULL THEN
        RAISE EXCEPTION 'the endpoint is disabled' USING ERRCODE = 'GS011';
    END IF;
    INSERT INTO ops.webhook_deliveries AS d (platform_id, endpoint_id, event_id)
    SELECT v_endpoint.platform_id, v_endpoint.id, o.id
    FROM ops.outbox AS o
    WHERE o.platform_id = v_endpoint.platform_id
        AND o.created_at >= p_since
        AND o.event <> 'webhook_endpoint.test'
        AND ops.is_wanted(v_endpoint.id, v_endpoint.event_types, o.event, o.object_type, o.object_id)
    ORDER BY o.id
    ON CONFLICT (event_id, endpoint_id) DO UPDATE
    SET status = 'pending', attempts = 0, next_attempt_at = clock_timestamp()
    WHERE d.status = 'failed' OR (p_all AND d.status = 'succeeded');
    GET DIAGNOSTICS v_queued = ROW_COUNT;
    PERFORM ops.audit(
        'webhook_endpoint.recovered', 'webhook_endpoint', p_endpoint_id,
        jsonb_build_object('since', p_since, 'all', p_all, 'queued', v_queued)
    );
    RETURN v_queued;
END;
$$;
