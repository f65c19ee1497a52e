-- Revokes all refresh tokens of a session; its access tokens fail from then on. It may be refreshed at this very
-- moment: the look that waited for that cannot see the token that was made meanwhile, the next one does.
--
-- Locks:  the session's tokens
-- Cost:   O(tokens of the session)
-- Test:   tests/functions/test_auth_sessions.py

CREATE OR REPLACE FUNCTION ops.end_session(p_session_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    LOOP
        UPDATE ops.refresh_tokens
        SET revoked_at = clock_timestamp()
        WHERE session_id = p_session_id AND revoked_at IS NULL;
        EXIT WHEN NOT FOUND;
    END LOOP;
END;
$$;
