-- What signing in needs to know of a worker: nobody else may read a password's hash.
--
-- Cost:  O(1)
-- Test:  tests/functions/test_auth_sessions.py

CREATE OR REPLACE FUNCTION credentials(p_email text) RETURNS TABLE (worker_id uuid, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT w.id, w.password_hash FROM workers AS w WHERE lower(w.email) = lower(p_email)
$$;
