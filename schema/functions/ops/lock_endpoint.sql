-- The caller's own webhook endpoint, locked.
--
-- Raises:  GS003 when the caller is not a platform, GS001 when the endpoint is not there or not the caller's
-- Locks:   the endpoint
-- Test:    tests/functions/test_webhook_endpoints.py

CREATE OR REPLACE FUNCTION ops.lock_endpoint(p_endpoint_id uuid) RETURNS ops.webhook_endpoints
LANGUAGE plpgsql
AS $$
DECLARE
    v_endpoint ops.webhook_endpoints;
BEGIN
    SELECT e.* INTO v_endpoint FROM ops.webhook_endpoints AS e
    WHERE e.id = p_endpoint_id AND e.platform_id = ops.require_platform()
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no webhook endpoint %', p_endpoint_id USING ERRCODE = 'GS001';
    END IF;
    RETURN v_endpoint;
END;
$$;
