-- Begins a payout: an amount of what a worker has available with one platform is set aside for settlement.
--
-- Returns: the transaction, pending
-- Raises:  GS001 when the worker is not there, accounts_balance_floor when less is available
-- Locks:   as ops.start_payout
-- Cost:    as ops.start_payout
-- Test:    tests/schema/test_payments.py

CREATE OR REPLACE FUNCTION process_payment(
    p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_task_id uuid DEFAULT NULL
) RETURNS transactions
LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM workers AS w WHERE w.id = p_worker_id) THEN
        RAISE EXCEPTION 'no worker %', p_worker_id USING ERRCODE = 'GS001';
    END IF;
    RETURN ops.start_payout(p_worker_id, p_platform_id, p_amount, p_task_id);
END;
$$;
