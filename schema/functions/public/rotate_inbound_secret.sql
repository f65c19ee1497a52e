-- A new secret for what the calling platform reports to us; the ones before are good for 24 hours more.
--
-- Returns: the id that the secret is derived from
-- Raises:  GS003
-- Locks:   the platform's inbound secrets
-- Cost:    O(1)
-- Test:    tests/functions/test_task_completed.py

CREATE OR REPLACE FUNCTION rotate_inbound_secret() RETURNS uuid
LANGUAGE plpgsql
AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_id uuid;
BEGIN
    UPDATE ops.inbound_secrets AS s SET expires_at = clock_timestamp() + interval '24 hours'
    WHERE s.platform_id = v_platform_id AND s.expires_at IS NULL;
    INSERT INTO ops.inbound_secrets (platform_id) VALUES (v_platform_id) RETURNING id INTO v_id;
    PERFORM ops.audit('inbound_secret.rotated', 'inbound_secret', v_id);
    RETURN v_id;
END;
$$;
