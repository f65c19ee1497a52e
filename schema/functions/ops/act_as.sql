-- Says for this transaction who acts and from where; ops.tenant(), row security and the audit trail ask it.
-- Nothing outlives the transaction, because the pooler hands the session to somebody else.
--
-- Cost:  O(1)
-- Test:  tests/queries/test_db_requests.py

CREATE OR REPLACE FUNCTION ops.act_as(p_kind text, p_id uuid, p_address text, p_user_agent text) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    SELECT
        set_config('gigstream.tenant_kind', coalesce(p_kind, ''), TRUE),
        set_config('gigstream.tenant', coalesce(p_id::text, ''), TRUE),
        set_config('gigstream.ip', coalesce(p_address, ''), TRUE),
        set_config('gigstream.user_agent', coalesce(p_user_agent, ''), TRUE)
$$;
