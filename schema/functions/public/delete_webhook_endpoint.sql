-- Takes a webhook endpoint away, with its deliveries; the events stay in the feed.
-- As owner, because it locks the platform, which nobody else may; ops.lock_endpoint checks the caller.
--
-- Raises:  GS001, GS003
-- Locks:   the endpoint, its deliveries; then the platform, as whoever writes an event holds it before he comes to the
--          endpoint
-- Cost:    O(deliveries)
-- Test:    tests/functions/test_webhook_endpoints.py, tests/faults/test_concurrent_writers.py

CREATE OR REPLACE FUNCTION delete_webhook_endpoint(p_endpoint_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_endpoint ops.webhook_endpoints := ops.lock_endpoint(p_endpoint_id);
BEGIN
    DELETE FROM ops.webhook_deliveries AS d WHERE d.endpoint_id = p_endpoint_id;
    PERFORM FROM platforms AS p WHERE p.id = v_endpoint.platform_id FOR NO KEY UPDATE;
    DELETE FROM ops.webhook_endpoints AS e WHERE e.id = p_endpoint_id;
    PERFORM ops.audit('webhook_endpoint.deleted', 'webhook_endpoint', p_endpoint_id);
END;
$$;
