-- Ends a payout that is final on chain and was settled by nobody's batch: what was set aside leaves custody.
--
-- Returns: the transaction, completed
-- Raises:  GS001; GS011 when it is already completed or failed, or in a settlement
-- Locks:   the transaction, the platform that is counted; then the two accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_payments.py

CREATE OR REPLACE FUNCTION complete_payment(
    p_transaction_id uuid, p_tx_hash text, p_payment_no bigint
) RETURNS transactions
LANGUAGE plpgsql
AS $$
DECLARE
    v_transaction transactions;
BEGIN
    PERFORM ops.lock_payout(p_transaction_id);
    PERFORM ops.end_payouts(ARRAY[p_transaction_id], p_tx_hash, ARRAY[p_payment_no], ARRAY[NULL::text]);
    SELECT t.* INTO v_transaction FROM transactions AS t WHERE t.id = p_transaction_id;
    RETURN v_transaction;
END;
$$;
