-- What signing in with a password needs to know of an e-mail address: nobody else may read a password's hash.
--
-- Returns: one row always: the worker with this address, if there is one, and how many seconds the address is locked
-- Cost:    O(1)
-- Test:    tests/functions/test_auth_sessions.py, tests/functions/test_auth_lockout.py

CREATE OR REPLACE FUNCTION credentials(p_email text)
RETURNS TABLE (worker_id uuid, password_hash text, locked_seconds integer)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT w.id, w.password_hash, l.seconds
    FROM ops.sign_in_lock(p_email) AS l (seconds)
    LEFT JOIN workers AS w ON lower(w.email) = lower(p_email)
$$;
