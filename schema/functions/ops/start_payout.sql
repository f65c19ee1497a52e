-- Begins one payout: an amount, or everything, of what a worker has available with one platform; see ops.start_payouts.
-- As owner, like that.
--
-- Returns: the transaction, pending
-- Raises:  accounts_balance_floor when less is available; GS010 when that is nothing
-- Locks:   the counters of streams that have released since the last payout; then the two accounts, in id order
-- Cost:    O(releases since the last payout)
-- Test:    tests/schema/test_payments.py

CREATE OR REPLACE FUNCTION ops.start_payout(
    p_worker_id uuid, p_platform_id uuid, p_amount numeric DEFAULT NULL, p_task_id uuid DEFAULT NULL
) RETURNS transactions
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_account uuid := ledger.account('worker_available', p_worker_id, p_platform_id);
    v_settling uuid := ledger.account('worker_settling', p_worker_id, p_platform_id);
    v_streams uuid [] := ops.lock_releases(ARRAY[v_account]);
    v_amount numeric;
    v_transaction transactions;
BEGIN
    PERFORM FROM ledger.accounts AS a WHERE a.id IN (v_account, v_settling) ORDER BY a.id FOR NO KEY UPDATE;
    v_amount := coalesce(p_amount, (SELECT a.balance FROM ledger.accounts AS a WHERE a.id = v_account));
    IF v_amount = 0 THEN
        RAISE EXCEPTION 'nothing is available' USING ERRCODE = 'GS010';
    END IF;
    SELECT t.* INTO v_transaction
    FROM ops.start_payouts(ARRAY[v_account], ARRAY[v_amount], v_streams, p_task_id) AS t;
    RETURN v_transaction;
END;
$$;
