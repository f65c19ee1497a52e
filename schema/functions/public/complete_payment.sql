-- Ends a payout that is final on chain: what was set aside leaves custody.
--
-- Returns: the transaction, completed
-- Raises:  GS001; GS011 when it is already completed or failed
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
    SELECT t.* INTO v_transaction FROM transactions AS t WHERE t.id = p_transaction_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no transaction %', p_transaction_id USING ERRCODE = 'GS001';
    END IF;
    IF v_transaction.status NOT IN ('pending', 'processing') THEN
        RAISE EXCEPTION 'the transaction is %, not pending or processing', v_transaction.status USING ERRCODE = 'GS011';
    END IF;

    UPDATE transactions AS t
    SET
        status = 'completed',
        tx_hash = p_tx_hash,
        payment_no = p_payment_no,
        blockchain_confirmations = 1,
        processed_at = clock_timestamp()
    WHERE t.id = p_transaction_id
    RETURNING t.* INTO v_transaction;

    PERFORM ops.audit('payout.completed', 'transaction', p_transaction_id);
    PERFORM ops.emit(
        'payout.completed', v_transaction.platform_id, v_transaction.worker_id, 'transaction', p_transaction_id,
        jsonb_build_object('amount', v_transaction.amount::text, 'tx_hash', p_tx_hash)
    );
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, transaction_id, event_at)
    VALUES (
        ledger.account('worker_settling', v_transaction.worker_id, v_transaction.platform_id),
        ledger.account('custody'),
        v_transaction.amount, 'settle', p_transaction_id, v_transaction.processed_at
    );
    RETURN v_transaction;
END;
$$;
