-- Gives a webhook endpoint a new secret; for 24 hours the one before signs as well.
--
-- Returns: the endpoint, with the version that its secret is derived from
-- Raises:  GS001, GS003
-- Locks:   the endpoint
-- Cost:    O(1)
-- Test:    tests/functions/test_webhook_endpoints.py

CREATE OR REPLACE FUNCTION rotate_webhook_secret(p_endpoint_id uuid) RETURNS ops.webhook_endpoints
LANGUAGE plpgsql
AS $$
DECLARE
    v_endpoint ops.webhook_endpoints := ops.lock_endpoint(p_endpoint_id);
BEGIN
    UPDATE ops.webhook_endpoints AS e
    SET secret_version = e.secret_version + 1, secret_rotated_at = clock_timestamp()
    WHERE e.id = p_endpoint_id
    RETURNING e.* INTO v_endpoint;
    PERFORM ops.audit('webhook_endpoint.secret_rotated', 'webhook_endpoint', p_endpoint_id);
    RETURN v_endpoint;
END;
$$;
