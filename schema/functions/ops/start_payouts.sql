-- Begins payouts, as one set: p_amounts[n] USDC of what stands in p_accounts[n], a worker's available money with one
-- platform, is set aside for settlement. Where it goes is settled now: the address that the worker has at this moment;
-- whoever has none is paid to the first one that he gets.
-- The caller holds the counters of p_streams (ops.lock_releases) and then the accounts, the settling ones among them.
-- As owner, because nobody else says when an account was paid out.
--
-- Returns: the transactions, pending
-- Raises:  accounts_balance_floor when less is available
-- Locks:   nothing more
-- Cost:    O(payouts)
-- Test:    tests/schema/test_payments.py

CREATE OR REPLACE FUNCTION ops.start_payouts(
    p_accounts uuid[], p_amounts numeric[], p_streams uuid[], p_task_id uuid DEFAULT NULL
) RETURNS SETOF transactions
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_ids uuid [] := ARRAY(SELECT ops.uuid_v7() FROM unnest(p_accounts));
    v_now timestamptz := clock_timestamp();
BEGIN
    INSERT INTO transactions (id, worker_id, platform_id, task_id, tx_type, amount, to_address)
    SELECT p.id, w.id, a.platform_id, p_task_id, 'payout', p.amount, w.wallet_address
    FROM unnest(v_ids, p_accounts, p_amounts) AS p (id, account, amount)
    INNER JOIN ledger.accounts AS a ON p.account = a.id
    INNER JOIN workers AS w ON a.owner_id = w.id;

    PERFORM ops.audit_each('payout.started', 'transaction', v_ids);
    INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
    SELECT
        'payout.pending', t.platform_id, t.worker_id, 'transaction', t.id,
        jsonb_build_object('amount', t.amount::text)
    FROM transactions AS t
    WHERE t.id = ANY(v_ids)
    ORDER BY t.id;
    PERFORM ops.tell_releases(p_streams, v_ids);

    UPDATE ledger.accounts AS a SET paid_out_at = v_now WHERE a.id = ANY(p_accounts);
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, transaction_id, event_at)
    SELECT p.account, ledger.account('worker_settling', t.worker_id, t.platform_id), t.amount, 'payout', t.id, v_now
    FROM unnest(v_ids, p_accounts) AS p (id, account)
    INNER JOIN transactions AS t ON p.id = t.id;
    RETURN QUERY SELECT t.* FROM transactions AS t WHERE t.id = ANY(v_ids) ORDER BY t.id;
END;
$$;
