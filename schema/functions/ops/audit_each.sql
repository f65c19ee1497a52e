-- Writes an audit row for each of many resources that one act has changed, as ops.audit does for one.
--
-- Locks:  nothing; the rows belong to the caller's transaction and go with it
-- Cost:   O(resources)
-- Test:   tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION ops.audit_each(
    p_action text, p_resource_type text, p_resource_ids uuid[]
) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    INSERT INTO audit_logs (actor_id, actor_type, action, resource_type, resource_id, ip_address, user_agent)
    SELECT
        ops.tenant(), coalesce(ops.tenant_kind(), 'system'), p_action, p_resource_type, r.id,
        nullif(current_setting('gigstream.ip', TRUE), '')::inet,
        nullif(current_setting('gigstream.user_agent', TRUE), '')
    FROM unnest(p_resource_ids) AS r (id)
$$;
