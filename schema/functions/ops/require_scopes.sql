-- Says no when the API key of the platform that signed in lacks one of these scopes: what a route shows beside what its
-- own scope is for. A worker has no scopes, and sees what row security shows him.
--
-- Raises:  GS003
-- Cost:    O(1)
-- Test:    tests/functions/test_tasks.py

CREATE OR REPLACE FUNCTION ops.require_scopes(p_scopes text[]) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_lacking text := ops.lacking_scopes(p_scopes);
BEGIN
    IF ops.tenant_kind() = 'platform' AND v_lacking IS NOT NULL THEN
        RAISE EXCEPTION 'the API key lacks the scope %', v_lacking USING ERRCODE = 'GS003';
    END IF;
END;
$$;
