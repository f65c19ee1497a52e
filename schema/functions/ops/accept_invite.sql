-- Makes a worker a member of the platform that invited him. A NULL token is no invite and changes nothing.
--
-- Raises:  GS022 when the invite is unknown, used, expired or meant for another e-mail address
-- Locks:   the invite's row, so that it is accepted once
-- Cost:    O(1)
-- Test:    tests/functions/test_auth_invites.py

CREATE OR REPLACE FUNCTION ops.accept_invite(p_worker_id uuid, p_token_hash bytea) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_invite record;
BEGIN
    IF p_token_hash IS NULL THEN
        RETURN;
    END IF;

    UPDATE ops.invites AS i
    SET accepted_at = clock_timestamp(), worker_id = w.id
    FROM public.workers AS w
    WHERE i.token_hash = p_token_hash
        AND i.accepted_at IS NULL
        AND i.expires_at > clock_timestamp()
        AND w.id = p_worker_id
        AND lower(i.email) = lower(w.email)
    RETURNING i.id, i.platform_id INTO v_invite;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the invite is unknown, used, expired or meant for another e-mail address'
            USING ERRCODE = 'GS022', COLUMN = 'invite_token';
    END IF;

    INSERT INTO ops.memberships (platform_id, worker_id)
    VALUES (v_invite.platform_id, p_worker_id)
    ON CONFLICT DO NOTHING;
    PERFORM ops.audit('invite.accepted', 'platform', v_invite.platform_id);
END;
$$;
