-- Numbers a settlement's payments from its first number on, or with 1 where its rail has no numbers; its payouts are in
-- process from here on.
--
-- Locks:   the payouts, in id order
-- Cost:    O(payouts)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION ops.number_payments(p_settlement ops.settlements) RETURNS void
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM FROM transactions AS t
    WHERE t.id IN (SELECT p.transaction_id FROM ops.settlement_payments AS p WHERE p.settlement_id = p_settlement.id)
    ORDER BY t.id
    FOR NO KEY UPDATE;

    UPDATE ops.settlement_payments AS p
    SET
        payment_no = coalesce(p_settlement.first_payment_no, 1) + n.n - 1,
        chain_id = CASE WHEN p_settlement.contract IS NOT NULL THEN p_settlement.chain_id END,
        contract = p_settlement.contract
    FROM (
        SELECT q.transaction_id, row_number() OVER (ORDER BY q.transaction_id) AS n
        FROM ops.settlement_payments AS q
        WHERE q.settlement_id = p_settlement.id
    ) AS n
    WHERE p.transaction_id = n.transaction_id;
    UPDATE transactions AS t
    SET status = 'processing', from_address = coalesce(p_settlement.contract, p_settlement.signer)
    FROM ops.settlement_payments AS p
    WHERE p.settlement_id = p_settlement.id AND t.id = p.transaction_id;
END;
$$;
