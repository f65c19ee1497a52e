-- Signs a worker in for this transaction. The access token was checked before; here is whether its session still lives.
--
-- Raises:  GS002 when the session was ended or the worker is gone
-- Cost:    O(1)
-- Test:    tests/functions/test_auth_sessions.py

CREATE OR REPLACE FUNCTION ops.authenticate_worker(
    p_worker_id uuid, p_session_id uuid, p_address text, p_user_agent text
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ops.refresh_tokens
        WHERE session_id = p_session_id
            AND worker_id = p_worker_id
            AND used_at IS NULL
            AND revoked_at IS NULL
            AND expires_at > clock_timestamp()
    ) THEN
        RAISE EXCEPTION 'the session has ended' USING ERRCODE = 'GS002';
    END IF;

    PERFORM ops.act_as('worker', p_worker_id, p_address, p_user_agent);
    PERFORM set_config('gigstream.session', p_session_id::text, TRUE);
END;
$$;
