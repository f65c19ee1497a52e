-- The number after the last that a contract's payments were given.
--
-- Cost:  one index lookup
-- Test:  tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION ops.next_payment_no(p_chain_id bigint, p_contract ops.address) RETURNS bigint
LANGUAGE sql STABLE
SET search_path = public, pg_temp
AS $$
    SELECT coalesce(max(p.payment_no), 0) + 1
    FROM ops.settlement_payments AS p
    WHERE p.chain_id = p_chain_id AND p.contract = p_contract
$$;
