-- What one of the caller's accounts holds, or held at a past moment, USDC: what it holds now, less what was posted
-- since. A transfer counts from its created_at; one whose transaction had not ended by then is counted once it has.
-- A platform is not told of its workers' advances: for it none came in and none was paid back, so that a balance is the
-- sum of the transfers that it sees; 0 where the worker has had more paid out than that.
-- As owner, because row security would be asked about each transfer that is summed; it is asked about the account.
--
-- Returns: the balance; NULL when the account is not there or not the caller's to see
-- Cost:    the account's transfers since that moment, and those of advances, each from an index alone
-- Test:    tests/functions/test_ledger.py

CREATE OR REPLACE FUNCTION ledger.balance_at(p_account_id uuid, p_at timestamptz DEFAULT NULL) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ledger, pg_temp
AS $$
    SELECT CASE WHEN s.is_own THEN s.balance - s.since ELSE greatest(0, s.balance - s.since - s.advances) END
    FROM (
        SELECT
            a.balance,
            a.owner_id = ops.tenant() AS is_own,
            (
                SELECT coalesce(sum(m.amount), 0)
                FROM (
                    SELECT x.amount::numeric, x.loan_id FROM ledger.transfers AS x
                    WHERE x.credit_account = p_account_id AND x.created_at > p_at
                    UNION ALL
                    SELECT -x.amount, x.loan_id FROM ledger.transfers AS x
                    WHERE x.debit_account = p_account_id AND x.created_at > p_at
                ) AS m
                WHERE m.loan_id IS NULL OR a.owner_id = ops.tenant()
            ) AS since,
            (
                SELECT coalesce(sum(m.amount), 0)
                FROM (
                    SELECT x.amount::numeric FROM ledger.transfers AS x
                    WHERE x.credit_account = p_account_id AND x.loan_id IS NOT NULL
                    UNION ALL
                    SELECT -x.amount FROM ledger.transfers AS x
                    WHERE x.debit_account = p_account_id AND x.loan_id IS NOT NULL
                ) AS m
            ) AS advances
        FROM ledger.accounts AS a
        WHERE a.id = p_account_id AND ops.tenant() = any(ARRAY[a.owner_id, a.platform_id])
            AND (a.kind <> 'worker_advance' OR a.owner_id = ops.tenant())
    ) AS s
$$;
