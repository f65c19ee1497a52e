-- Takes a webhook endpoint away, with its deliveries; the events stay in the feed.
--
-- Raises:  GS001, GS003
-- Locks:   the endpoint, its deliveries, the platform
-- Cost:    O(deliveries)
-- Test:    tests/functions/test_webhook_endpoints.py

CREATE OR REPLACE FUNCTION delete_webhook_endpoint(p_endpoint_id uuid) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM ops.webhook_endpoints AS e WHERE e.id = p_endpoint_id AND e.platform_id = ops.require_platform();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no webhook endpoint %', p_endpoint_id USING ERRCODE = 'GS001';
    END IF;
    PERFORM ops.audit('webhook_endpoint.deleted', 'webhook_endpoint', p_endpoint_id);
END;
$$;
