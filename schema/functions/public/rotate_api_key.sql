-- Replaces a key of the calling platform by a new one with the same name, scopes and length of life. The old key goes
-- on for p_overlap, if it would not expire before.
--
-- Returns: the new key, without its hash
-- Raises:  GS003 for a worker; GS001 when the key is not the platform's; GS011 when it was revoked, has expired or was
--          replaced before; GS040 when it holds a scope that the caller's own key lacks
-- Locks:   the old key; the platform, which shows its newest key
-- Cost:    O(1)
-- Test:    tests/functions/test_api_keys.py

CREATE OR REPLACE FUNCTION rotate_api_key(p_key_id uuid, p_overlap interval, p_prefix text, p_key_hash bytea)
RETURNS TABLE (id uuid, prefix text, name text, scopes text[], expires_at timestamptz, created_at timestamptz)
LANGUAGE plpgsql
AS $$
DECLARE
    v_platform_id CONSTANT uuid := ops.require_platform();
    v_id CONSTANT uuid := ops.uuid_v7();
    v_old record;
    v_now timestamptz;
BEGIN
    SELECT k.name, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.replaced_by INTO v_old
    FROM ops.api_keys AS k
    WHERE k.id = p_key_id AND k.platform_id = v_platform_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no API key %', p_key_id USING ERRCODE = 'GS001';
    END IF;
    v_now := clock_timestamp();
    IF v_old.replaced_by IS NOT NULL THEN
        RAISE EXCEPTION 'the key was replaced before, by %', v_old.replaced_by USING ERRCODE = 'GS011';
    ELSIF v_old.revoked_at IS NOT NULL OR v_old.expires_at <= v_now THEN
        RAISE EXCEPTION 'the key was revoked or has expired; make a new one' USING ERRCODE = 'GS011';
    END IF;
    PERFORM ops.hand_on_scopes(v_old.scopes);

    PERFORM ops.audit('api_key.rotated', 'api_key', p_key_id, jsonb_build_object('replaced_by', v_id));
    RETURN QUERY
    INSERT INTO ops.api_keys AS k (id, platform_id, name, scopes, expires_at, prefix, key_hash)
    VALUES (
        v_id, v_platform_id, v_old.name, v_old.scopes, v_now + (v_old.expires_at - v_old.created_at), p_prefix,
        p_key_hash
    )
    RETURNING k.id, k.prefix, k.name, k.scopes, k.expires_at, k.created_at;
    UPDATE ops.api_keys AS k
    SET replaced_by = v_id, expires_at = least(k.expires_at, v_now + p_overlap)
    WHERE k.id = p_key_id;
END;
$$;
