-- Recounts the ledger's balances from the transfers, from open tasks, open payouts and open
-- advances; and since when pay waits.
--
-- Returns: each figure, the row it stands in, what is stored, what the rows say, whether the same or not
-- Cost:    a full pass
-- Test:    tests/schema/test_invariants.py

CREATE OR REPLACE FUNCTION ops.recount_accounts()
RETURNS TABLE (figure text, subject uuid, stored numeric, recounted numeric)
LANGUAGE sql STABLE
AS $$
    WITH gathered AS (
        SELECT l.worker_id, l.platform_id, sum(l.amount_repaid) AS amount
        FROM loans AS l
        WHERE l.status = 'repaying'
        GROUP BY l.worker_id, l.platform_id
    ),

    moved AS (
        SELECT m.account, sum(m.amount) AS amount
        FROM (
            SELECT x.debit_account AS account, -x.amount AS amount FROM ledger.transfers AS x
            UNION ALL
            SELECT x.credit_account, x.amount::numeric FROM ledger.transfers AS x
        ) AS m
        GROUP BY m.account
    ),

    open_holds AS (
        SELECT t.platform_id, sum(CASE WHEN s.id IS NULL THEN t.amount ELSE s.remaining_amount END) AS amount
        FROM tasks AS t
        LEFT JOIN streams AS s ON t.id = s.task_id
        WHERE t.status IN ('pending', 'active', 'disputed')
            AND EXISTS (SELECT FROM ledger.transfers AS x WHERE x.task_id = t.id AND x.reason = 'hold')
        GROUP BY t.platform_id
    ),

    open_payouts AS (
        SELECT t.worker_id, t.platform_id, sum(t.amount) AS amount
        FROM transactions AS t
        WHERE t.tx_type = 'payout' AND t.status IN ('pending', 'processing')
        GROUP BY t.worker_id, t.platform_id
    ),

    last_payouts AS (
        SELECT x.debit_account AS account, max(x.event_at) AS at
        FROM ledger.transfers AS x
        WHERE x.reason = 'payout'
        GROUP BY x.debit_account
    ),

    account_figures AS (
        SELECT a.id, 'accounts.balance of ' || a.kind AS figure, a.balance AS stored, coalesce(m.amount, 0) AS recounted
        FROM ledger.accounts AS a
        LEFT JOIN moved AS m ON a.id = m.account
        UNION ALL
        SELECT a.id, 'accounts.balance held for open tasks', a.balance, coalesce(h.amount, 0)
        FROM ledger.accounts AS a
        LEFT JOIN open_holds AS h ON a.platform_id = h.platform_id
        WHERE a.kind = 'platform_held'
        UNION ALL
        SELECT a.id, 'accounts.balance gathered for open advances', a.balance, coalesce(g.amount, 0)
        FROM ledger.accounts AS a
        LEFT JOIN gathered AS g ON a.owner_id = g.worker_id AND a.platform_id = g.platform_id
        WHERE a.kind = 'worker_advance'
        UNION ALL
        SELECT a.id, 'accounts.balance set aside for open payouts', a.balance, coalesce(o.amount, 0)
        FROM ledger.accounts AS a
        LEFT JOIN open_payouts AS o ON a.owner_id = o.worker_id AND a.platform_id = o.platform_id
        WHERE a.kind = 'worker_settling'
        UNION ALL
        SELECT a.id, 'accounts.paid_out_at', extract(EPOCH FROM a.paid_out_at), extract(EPOCH FROM l.at)
        FROM ledger.accounts AS a
        INNER JOIN last_payouts AS l ON a.id = l.account
        UNION ALL
        SELECT NULL, 'accounts.balance of everything', coalesce(sum(a.balance), 0), 0 FROM ledger.accounts AS a
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM account_figures AS f
$$;
