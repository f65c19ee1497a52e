-- Makes a key for the calling platform, with scopes that its present key holds.
--
-- Returns: the key, without its hash
-- Raises:  GS003 for a worker; GS040 (scopes) for a scope that the caller lacks; GS015 (expires_at) when that is past
--          or more than ten years away
-- Cost:    O(1)
-- Test:    tests/functions/test_api_keys.py

CREATE OR REPLACE FUNCTION create_api_key(
    p_name text, p_scopes text[], p_expires_at timestamptz, p_prefix text, p_key_hash bytea
) RETURNS TABLE (id uuid, prefix text, name text, scopes text[], expires_at timestamptz, created_at timestamptz)
LANGUAGE plpgsql
AS $$
DECLARE
    v_platform_id CONSTANT uuid := ops.require_platform();
    v_id CONSTANT uuid := ops.uuid_v7();
BEGIN
    PERFORM ops.hand_on_scopes(p_scopes);
    -- With an end it lives for ten years at most, so that its successor's has an end that a date can name.
    IF p_expires_at NOT BETWEEN clock_timestamp() AND clock_timestamp() + interval '10 years' THEN
        RAISE EXCEPTION 'must lie within the next ten years' USING ERRCODE = 'GS015', COLUMN = 'expires_at';
    END IF;

    PERFORM ops.audit('api_key.created', 'api_key', v_id);
    RETURN QUERY
    INSERT INTO ops.api_keys AS k (id, platform_id, name, scopes, expires_at, prefix, key_hash)
    VALUES (v_id, v_platform_id, p_name, p_scopes, p_expires_at, p_prefix, p_key_hash)
    RETURNING k.id, k.prefix, k.name, k.scopes, k.expires_at, k.created_at;
END;
$$;
