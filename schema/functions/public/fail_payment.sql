-- Ends a payout that cannot be paid and is in no settlement: what was set aside is available to the worker again.
--
-- Returns: the transaction, failed
-- Raises:  GS001; GS011 when it is already completed or failed, or in a settlement
-- Locks:   the transaction; then the two accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_payments.py

CREATE OR REPLACE FUNCTION fail_payment(p_transaction_id uuid, p_error text) RETURNS transactions
LANGUAGE plpgsql
AS $$
DECLARE
    v_transaction transactions;
BEGIN
    PERFORM ops.lock_payout(p_transaction_id);
    PERFORM ops.end_payouts(ARRAY[p_transaction_id], NULL, ARRAY[NULL::bigint], ARRAY[p_error]);
    SELECT t.* INTO v_transaction FROM transactions AS t WHERE t.id = p_transaction_id;
    RETURN v_transaction;
END;
$$;
