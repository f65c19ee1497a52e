-- For how many seconds nobody signs in with this e-mail address and a password: after five failures in a row, fifteen
-- minutes from the last one. NULL when it is not locked.
--
-- Cost:  O(1)
-- Test:  tests/functions/test_auth_lockout.py

CREATE OR REPLACE FUNCTION ops.sign_in_lock(p_email text) RETURNS integer
LANGUAGE sql STABLE
AS $$
    SELECT ceil(extract(EPOCH FROM f.last_failed_at + interval '15 minutes' - clock_timestamp()))
    FROM ops.sign_in_failures AS f
    WHERE f.address_hash = ops.email_hash(p_email)
        AND f.failures >= 5
        AND f.last_failed_at > clock_timestamp() - interval '15 minutes'
$$;
