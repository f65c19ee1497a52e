-- Begins a payout: an amount of what a worker has available with one platform is set aside for settlement.
--
-- Returns: the transaction, pending
-- Raises:  GS001 when the worker is not there, accounts_balance_floor when less is available
-- Locks:   the two accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_payments.py

CREATE OR REPLACE FUNCTION process_payment(
    p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_task_id uuid DEFAULT NULL
) RETURNS transactions
LANGUAGE plpgsql
AS $$
DECLARE
    v_transaction transactions;
BEGIN
    INSERT INTO transactions (worker_id, platform_id, task_id, tx_type, amount, to_address)
    SELECT w.id, p_platform_id, p_task_id, 'payout', p_amount, w.wallet_address
    FROM workers AS w
    WHERE w.id = p_worker_id
    RETURNING * INTO v_transaction;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no worker %', p_worker_id USING ERRCODE = 'GS001';
    END IF;

    PERFORM ops.audit('payout.started', 'transaction', v_transaction.id);
    PERFORM ops.emit(
        'payout.pending', p_platform_id, p_worker_id, 'transaction', v_transaction.id,
        jsonb_build_object('amount', v_transaction.amount::text)
    );
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, transaction_id, event_at)
    VALUES (
        ledger.account('worker_available', p_worker_id, p_platform_id),
        ledger.account('worker_settling', p_worker_id, p_platform_id),
        p_amount, 'payout', v_transaction.id, clock_timestamp()
    );
    RETURN v_transaction;
END;
$$;
