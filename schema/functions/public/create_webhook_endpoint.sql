-- A new place where the calling platform is told of events; it has at most ten. As owner, because the platform's row is
-- locked to count them.
--
-- Raises:  GS003; GS060 when there are ten already
-- Locks:   the platform
-- Cost:    O(1)
-- Test:    tests/functions/test_webhook_endpoints.py

CREATE OR REPLACE FUNCTION create_webhook_endpoint(p_url text, p_event_types text[], p_description text)
RETURNS ops.webhook_endpoints
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_endpoint ops.webhook_endpoints;
BEGIN
    PERFORM FROM platforms AS p WHERE p.id = v_platform_id FOR NO KEY UPDATE;
    IF (SELECT count(*) FROM ops.webhook_endpoints AS e WHERE e.platform_id = v_platform_id) >= 10 THEN
        RAISE EXCEPTION 'a platform has at most 10 webhook endpoints' USING ERRCODE = 'GS060';
    END IF;

    INSERT INTO ops.webhook_endpoints (platform_id, url, event_types, description)
    VALUES (v_platform_id, p_url, p_event_types, p_description)
    RETURNING * INTO v_endpoint;
    PERFORM ops.audit('webhook_endpoint.created', 'webhook_endpoint', v_endpoint.id);
    RETURN v_endpoint;
END;
$$;
