-- Sends an event of no meaning to one endpoint, whatever it subscribes to.
--
-- Returns: the delivery, on its way
-- Raises:  GS001, GS003; GS011 when the endpoint is disabled
-- Locks:   the endpoint
-- Cost:    O(1)
-- Test:    tests/functions/test_webhook_endpoints.py

CREATE OR REPLACE FUNCTION test_webhook_endpoint(p_endpoint_id uuid) RETURNS ops.webhook_deliveries
LANGUAGE plpgsql
AS $$
DECLARE
    v_endpoint ops.webhook_endpoints := ops.lock_endpoint(p_endpoint_id);
    v_delivery ops.webhook_deliveries;
    v_event_id uuid := ops.uuid_v7();
BEGIN
    IF v_endpoint.disabled_at IS NOT NULL THEN
        RAISE EXCEPTION 'the endpoint is disabled' USING ERRCODE = 'GS011';
    END IF;
    INSERT INTO ops.outbox (id, event, platform_id, object_type, object_id, payload)
    VALUES (
        v_event_id, 'webhook_endpoint.test', v_endpoint.platform_id, 'webhook_endpoint', p_endpoint_id,
        jsonb_build_object('url', v_endpoint.url)
    );
    SELECT d.* INTO v_delivery FROM ops.webhook_deliveries AS d
    WHERE d.event_id = v_event_id AND d.endpoint_id = p_endpoint_id;
    RETURN v_delivery;
END;
$$;
