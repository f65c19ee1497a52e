-- Ends the session of the worker who asks.
--
-- Cost:  O(tokens of the session)
-- Test:  tests/functions/test_auth_sessions.py

CREATE OR REPLACE FUNCTION sign_out() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM ops.end_session(current_setting('gigstream.session')::uuid);
    PERFORM ops.audit('worker.signed_out', 'worker', ops.tenant());
END;
$$;
