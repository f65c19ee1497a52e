-- What the first request with an idempotency key was answered; no body when it held a secret.
--
-- Cost:  O(1)
-- Test:  tests/functions/test_web_idempotency.py

CREATE OR REPLACE FUNCTION ops.stored_answer(p_route text, p_key text, OUT status smallint, OUT body text)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
    SELECT i.status, i.body
    FROM ops.idempotency_keys AS i
    WHERE i.principal = ops.principal() AND i.route = p_route AND i.key = p_key
$$;
