-- Writes one audit row: who did what to which resource. Metadata names changed fields, never their values.
--
-- Locks:  nothing; the row belongs to the caller's transaction and goes with it
-- Cost:   O(1)
-- Test:   tests/schema/test_audit.py

CREATE OR REPLACE FUNCTION ops.audit(
    p_action text, p_resource_type text, p_resource_id uuid, p_metadata jsonb DEFAULT '{}'
) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    INSERT INTO audit_logs (actor_id, actor_type, action, resource_type, resource_id, metadata, ip_address, user_agent)
    VALUES (
        ops.tenant(), coalesce(ops.tenant_kind(), 'system'), p_action, p_resource_type, p_resource_id, p_metadata,
        nullif(current_setting('gigstream.ip', TRUE), '')::inet,
        nullif(current_setting('gigstream.user_agent', TRUE), '')
    )
$$;
