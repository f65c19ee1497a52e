-- The calling platform tries a payout of its that failed once more: the same amount, as a new payout, to the address
-- that the worker has now. Once: when that one fails too, it can be tried again in its turn.
-- As owner, because a worker's money is moved by nobody else; it reaches failed payouts of the caller's alone.
--
-- Returns: the new transaction, pending
-- Raises:  GS001; GS011 when it has not failed; GS092 when it was tried again already; GS093 when the worker has no
--          wallet; accounts_balance_floor when he has less available by now
-- Locks:   the transaction; then as ops.start_payout
-- Cost:    as ops.start_payout
-- Test:    tests/functions/test_payouts.py

CREATE OR REPLACE FUNCTION retry_payment(p_transaction_id uuid) RETURNS transactions
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_failed transactions;
    v_transaction transactions;
BEGIN
    SELECT t.* INTO v_failed
    FROM transactions AS t
    WHERE t.id = p_transaction_id AND t.platform_id = v_platform_id AND t.tx_type IN ('payout', 'refund')
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no transaction %', p_transaction_id USING ERRCODE = 'GS001';
    END IF;
    IF v_failed.tx_type <> 'payout' OR v_failed.status <> 'failed' THEN
        RAISE EXCEPTION 'only a payout that failed is tried again; this % is %', v_failed.tx_type, v_failed.status
            USING ERRCODE = 'GS011';
    END IF;
    IF EXISTS (SELECT FROM ops.payout_retries AS r WHERE r.retry_of = p_transaction_id) THEN
        RAISE EXCEPTION 'the payout was tried again already' USING ERRCODE = 'GS092';
    END IF;
    PERFORM ops.require_wallet(v_failed.worker_id);

    v_transaction := ops.start_payout(v_failed.worker_id, v_platform_id, v_failed.amount, v_failed.task_id);
    INSERT INTO ops.payout_retries (retry_of, transaction_id) VALUES (p_transaction_id, v_transaction.id);
    RETURN v_transaction;
END;
$$;
