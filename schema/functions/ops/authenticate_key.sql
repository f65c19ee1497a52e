-- Signs a platform in for this transaction by the hash of its key.
-- p_scope is what the route asks for: '*' when any key will do, NULL when the route is not for platforms.
--
-- Raises:  GS002 when the key is unknown, revoked or expired; GS003 when it may not do this or the platform is inactive
-- Cost:    O(1)
-- Test:    tests/functions/test_auth_keys.py

CREATE OR REPLACE FUNCTION ops.authenticate_key(
    p_key_hash bytea, p_scope text, p_address text, p_user_agent text
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_key record;
BEGIN
    SELECT k.platform_id, k.scopes, p.is_active INTO v_key
    FROM ops.api_keys AS k
    INNER JOIN platforms AS p ON p.id = k.platform_id
    WHERE k.key_hash = p_key_hash
        AND k.revoked_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp());

    IF NOT FOUND THEN
        RAISE EXCEPTION 'the API key is unknown, revoked or expired' USING ERRCODE = 'GS002';
    ELSIF NOT v_key.is_active THEN
        RAISE EXCEPTION 'the platform is deactivated' USING ERRCODE = 'GS003';
    ELSIF p_scope IS NULL THEN
        RAISE EXCEPTION 'this is for workers, with an access token' USING ERRCODE = 'GS003';
    ELSIF p_scope <> '*' AND p_scope <> ALL (v_key.scopes) THEN
        RAISE EXCEPTION 'the API key lacks the scope %', p_scope USING ERRCODE = 'GS003';
    END IF;

    PERFORM ops.act_as('platform', v_key.platform_id, p_address, p_user_agent);
    PERFORM set_config('gigstream.scopes', array_to_string(v_key.scopes, ' '), TRUE);
END;
$$;
