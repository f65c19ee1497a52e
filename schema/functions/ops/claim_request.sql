-- Takes an idempotency key for the running transaction. A rival with the same key waits for that transaction's end.
--
-- Raises:  GS020 when the request was answered before; GS021 when the key came with another request
-- Locks:   the key's row, until the transaction ends
-- Cost:    O(1)
-- Test:    tests/functions/test_web_idempotency.py

CREATE OR REPLACE FUNCTION ops.claim_request(p_route text, p_key text, p_request_hash bytea) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
DECLARE
    v_hash bytea;
BEGIN
    INSERT INTO ops.idempotency_keys (principal, route, key, request_hash)
    VALUES (ops.principal(), p_route, p_key, p_request_hash)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN;
    END IF;

    SELECT i.request_hash INTO v_hash
    FROM ops.idempotency_keys AS i
    WHERE i.principal = ops.principal() AND i.route = p_route AND i.key = p_key;
    IF v_hash IS DISTINCT FROM p_request_hash THEN
        RAISE EXCEPTION 'this Idempotency-Key came with another request before'
            USING ERRCODE = 'GS021', COLUMN = 'Idempotency-Key';
    END IF;
    RAISE EXCEPTION 'this request was answered before' USING ERRCODE = 'GS020';
END;
$$;
