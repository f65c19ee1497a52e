-- Keeps the answer to the request that claimed this key, in the transaction of what it reports.
--
-- Cost:  O(1)
-- Test:  tests/functions/test_web_idempotency.py

CREATE OR REPLACE FUNCTION ops.store_answer(p_route text, p_key text, p_status integer, p_body text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
    UPDATE ops.idempotency_keys
    SET status = p_status, body = p_body
    WHERE principal = ops.principal() AND route = p_route AND key = p_key
$$;
