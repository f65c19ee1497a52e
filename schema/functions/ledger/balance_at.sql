-- What one of the caller's accounts held at a past moment, USDC: what it holds now, less what was posted since. A
-- transfer counts from its created_at; one whose transaction had not ended by then is counted once it has.
-- As owner, because row security would be asked about each transfer that is summed; it is asked about the account.
--
-- Returns: the balance; NULL when the account is not there or not the caller's
-- Cost:    the account's transfers since that moment, from the index alone
-- Test:    tests/functions/test_ledger.py

CREATE OR REPLACE FUNCTION ledger.balance_at(p_account_id uuid, p_at timestamptz) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ledger, pg_temp
AS $$
    SELECT
        a.balance
        - (
            SELECT coalesce(sum(x.amount), 0) FROM ledger.transfers AS x
            WHERE x.credit_account = p_account_id AND x.created_at > p_at
        )
        + (
            SELECT coalesce(sum(x.amount), 0) FROM ledger.transfers AS x
            WHERE x.debit_account = p_account_id AND x.created_at > p_at
        )
    FROM ledger.accounts AS a
    WHERE a.id = p_account_id AND ops.tenant() = any(ARRAY[a.owner_id, a.platform_id])
$$;
