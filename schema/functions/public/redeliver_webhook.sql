-- Delivers one event again, now, whatever became of it before: under the same id, from the first attempt on.
--
-- Returns: the delivery
-- Raises:  GS001, GS003; GS011 when its endpoint is disabled
-- Locks:   the endpoint, the delivery
-- Cost:    O(1)
-- Test:    tests/functions/test_webhook_endpoints.py

CREATE OR REPLACE FUNCTION redeliver_webhook(p_delivery_id uuid) RETURNS ops.webhook_deliveries
LANGUAGE plpgsql
AS $$
DECLARE
    v_delivery ops.webhook_deliveries;
    v_endpoint ops.webhook_endpoints;
BEGIN
    SELECT d.* INTO v_delivery FROM ops.webhook_deliveries AS d
    WHERE d.id = p_delivery_id AND d.platform_id = ops.require_platform();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no delivery %', p_delivery_id USING ERRCODE = 'GS001';
    END IF;
    v_endpoint := ops.lock_endpoint(v_delivery.endpoint_id);
    IF v_endpoint.disabled_at IS NOT NULL THEN
        RAISE EXCEPTION 'the endpoint is disabled' USING ERRCODE = 'GS011';
    END IF;

    UPDATE ops.webhook_deliveries AS d
    SET status = 'pending', attempts = 0, next_attempt_at = clock_timestamp(), leased_until = NULL
    WHERE d.id = p_delivery_id
    RETURNING d.* INTO v_delivery;
    PERFORM ops.audit('webhook.redelivered', 'webhook_delivery', p_delivery_id);
    RETURN v_delivery;
END;
$$;
