-- Revokes a key of the calling platform, which may be the very key that asks; revoking it again changes nothing.
-- The platform keeps a key that can make others, for each scope that this one could hand on: one that holds keys:write
-- and that scope, was not replaced, and does not expire within the seven days in which its expiry has been told.
--
-- Raises:  GS003 for a worker; GS001 when the key is not the platform's; GS041 when no such other key is left
-- Locks:   the key, and the platform's keys that hold keys:write, in the order of their ids: of two that would revoke
--          each other the second sees what the first has done
-- Cost:    O(keys of the platform)
-- Test:    tests/functions/test_api_keys.py

CREATE OR REPLACE FUNCTION revoke_api_key(p_key_id uuid) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_platform_id CONSTANT uuid := ops.require_platform();
    v_key record;
    v_lost text;
BEGIN
    PERFORM FROM ops.api_keys AS k
    WHERE k.platform_id = v_platform_id
        AND k.revoked_at IS NULL
        AND (k.id = p_key_id OR 'keys:write' = ANY(k.scopes))
    ORDER BY k.id
    FOR NO KEY UPDATE;

    SELECT
        k.revoked_at, k.scopes,
        'keys:write' = ANY(k.scopes) AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp()) AS makes_others
    INTO v_key
    FROM ops.api_keys AS k
    WHERE k.id = p_key_id AND k.platform_id = v_platform_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no API key %', p_key_id USING ERRCODE = 'GS001';
    ELSIF v_key.revoked_at IS NOT NULL THEN
        RETURN;
    END IF;

    v_lost := (
        SELECT string_agg(s.scope, ', ') FROM unnest(v_key.scopes) AS s (scope)
        WHERE NOT EXISTS (
            SELECT FROM ops.api_keys AS k
            WHERE k.platform_id = v_platform_id
                AND k.id <> p_key_id
                AND k.scopes @> ARRAY['keys:write', s.scope]
                AND k.revoked_at IS NULL
                AND k.replaced_by IS NULL
                AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp() + interval '7 days')
        )
    );
    IF v_key.makes_others AND v_lost IS NOT NULL THEN
        RAISE EXCEPTION 'no other key that can hand on % would be left for longer than seven days: make one first', v_lost
            USING ERRCODE = 'GS041';
    END IF;

    UPDATE ops.api_keys AS k SET revoked_at = clock_timestamp() WHERE k.id = p_key_id;
    PERFORM ops.audit('api_key.revoked', 'api_key', p_key_id);
END;
$$;
