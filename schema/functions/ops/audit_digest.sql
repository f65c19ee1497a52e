-- SHA-256 of an audit row's whole content: a JSON array of its columns in this order, in UTC. It must never change, or
-- every row sealed so far reads as edited.
--
-- Test:  tests/schema/test_audit_seals.py

CREATE OR REPLACE FUNCTION ops.audit_digest(p_row public.audit_logs) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT
        sha256(
            convert_to(
                jsonb_build_array(
                    p_row.id, p_row.actor_id, p_row.actor_type, p_row.action, p_row.resource_type, p_row.resource_id,
                    p_row.metadata, p_row.ip_address, p_row.user_agent,
                    p_row.created_at AT TIME ZONE 'UTC', p_row.updated_at AT TIME ZONE 'UTC'
                )::text,
                'UTF8'
            )
        )
$$;
