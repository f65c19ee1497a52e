-- Takes a refresh token and makes the session's next one, good for seven days and no longer than the session. A token
-- used before is in two hands, and the session ends. That end must be committed, so it is told by an empty answer and
-- not by an error.
--
-- Raises:  GS023 when the token is unknown, revoked or expired
-- Locks:   the token's row, so that of two uses one is the second
-- Cost:    O(1), and O(tokens of the session) when it ends
-- Test:    tests/functions/test_auth_sessions.py

CREATE OR REPLACE FUNCTION refresh_session(p_token_hash bytea, p_next_hash bytea)
RETURNS TABLE (worker_id uuid, session_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_token ops.refresh_tokens;
BEGIN
    SELECT t.* INTO v_token FROM ops.refresh_tokens AS t WHERE t.token_hash = p_token_hash FOR UPDATE;
    IF NOT FOUND OR v_token.revoked_at IS NOT NULL OR v_token.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'the session has ended; sign in again' USING ERRCODE = 'GS023';
    END IF;

    PERFORM ops.act_as(
        'worker', v_token.worker_id,
        current_setting('gigstream.ip', TRUE), current_setting('gigstream.user_agent', TRUE)
    );
    IF v_token.used_at IS NOT NULL THEN
        PERFORM ops.end_session(v_token.session_id);
        PERFORM ops.audit('session.reuse_detected', 'worker', v_token.worker_id);
        RETURN;
    END IF;

    UPDATE ops.refresh_tokens AS t SET used_at = clock_timestamp() WHERE t.id = v_token.id;
    INSERT INTO ops.refresh_tokens (session_id, worker_id, token_hash, expires_at, session_ends_at)
    VALUES (
        v_token.session_id, v_token.worker_id, p_next_hash,
        least(clock_timestamp() + interval '7 days', v_token.session_ends_at), v_token.session_ends_at
    );
    RETURN QUERY VALUES (v_token.worker_id, v_token.session_id);
END;
$$;
