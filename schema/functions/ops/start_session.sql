-- Begins a worker's session with its first refresh token, good for seven days, and makes him the one who acts.
-- The session itself ends after thirty days, however often it is refreshed.
--
-- Cost:  O(1)
-- Test:  tests/functions/test_auth_sessions.py

CREATE OR REPLACE FUNCTION ops.start_session(p_worker_id uuid, p_token_hash bytea) RETURNS uuid
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_session_id CONSTANT uuid := gen_random_uuid();
BEGIN
    INSERT INTO ops.refresh_tokens (session_id, worker_id, token_hash, expires_at, session_ends_at)
    SELECT v_session_id, p_worker_id, p_token_hash, c.now + interval '7 days', c.now + interval '30 days'
    FROM clock_timestamp() AS c (now);

    PERFORM ops.act_as(
        'worker', p_worker_id, current_setting('gigstream.ip', TRUE), current_setting('gigstream.user_agent', TRUE)
    );
    RETURN v_session_id;
END;
$$;
