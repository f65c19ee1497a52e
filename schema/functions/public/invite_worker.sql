-- Invites a person to become a worker of the platform that asks. The token, shown once, is good for 14 days.
--
-- Raises:  GS013 when a member has this e-mail address
-- Cost:    O(1)
-- Test:    tests/functions/test_auth_invites.py

CREATE OR REPLACE FUNCTION invite_worker(p_email text, p_name text, p_token_hash bytea)
RETURNS TABLE (id uuid, email text, name text, expires_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_platform_id CONSTANT uuid := ops.require_platform();
    v_invite ops.invites;
BEGIN
    IF EXISTS (
        SELECT FROM workers AS w
        INNER JOIN ops.memberships AS m ON m.worker_id = w.id
        WHERE m.platform_id = v_platform_id AND lower(w.email) = lower(p_email)
    ) THEN
        RAISE EXCEPTION 'a worker of this platform has this e-mail address' USING ERRCODE = 'GS013', COLUMN = 'email';
    END IF;

    INSERT INTO ops.invites (platform_id, email, name, token_hash, expires_at)
    VALUES (v_platform_id, p_email, p_name, p_token_hash, clock_timestamp() + interval '14 days')
    RETURNING * INTO v_invite;
    PERFORM ops.audit('worker.invited', 'invite', v_invite.id);
    RETURN QUERY VALUES (v_invite.id, v_invite.email, v_invite.name, v_invite.expires_at);
END;
$$;
