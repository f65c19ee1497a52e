-- Revokes all refresh tokens of a session; its access tokens fail from then on.
--
-- Cost:  O(tokens of the session)
-- Test:  tests/functions/test_auth_sessions.py

CREATE OR REPLACE FUNCTION ops.end_session(p_session_id uuid) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    UPDATE ops.refresh_tokens
    SET revoked_at = clock_timestamp()
    WHERE session_id = p_session_id AND revoked_at IS NULL
$$;
