-- Moves held funds back to a platform's available ones: a cancelled task's price, or what a cancelled stream did not
-- earn.
--
-- Locks:  the two accounts
-- Cost:   O(1)
-- Test:   tests/schema/test_tasks.py

CREATE OR REPLACE FUNCTION ledger.give_back(
    p_platform_id uuid, p_amount numeric, p_task_id uuid, p_stream_id uuid
) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, task_id, stream_id, event_at)
    VALUES (
        ledger.account('platform_held', p_platform_id, p_platform_id),
        ledger.account('platform_available', p_platform_id, p_platform_id),
        p_amount, 'refund', p_task_id, p_stream_id, clock_timestamp()
    )
$$;
