-- Moves an amount of a platform's available funds to held, and opens the accounts that the task will pay into.
--
-- Raises:  accounts_balance_floor when the platform's funds are short
-- Locks:   the two accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_tasks.py

CREATE OR REPLACE FUNCTION ledger.hold(
    p_task tasks, p_amount numeric, p_stream_id uuid DEFAULT NULL, p_seq integer DEFAULT 0
) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    -- Opened before the transfer is posted: its row security must already see them.
    v_available uuid := ledger.account('platform_available', p_task.platform_id, p_task.platform_id);
    v_held uuid := ledger.account('platform_held', p_task.platform_id, p_task.platform_id);
BEGIN
    PERFORM ledger.account('worker_available', p_task.worker_id, p_task.platform_id);
    INSERT INTO ledger.transfers (
        debit_account, credit_account, amount, reason, task_id, stream_id, source_seq, event_at
    )
    VALUES (
        v_available, v_held, p_amount, 'hold',
        CASE WHEN p_stream_id IS NULL THEN p_task.id END, p_stream_id, p_seq, clock_timestamp()
    );
END;
$$;
