-- Moves the balances for the transfers that a statement posted, one update an account however many transfers touch it.
--
-- On:      ledger.transfers, after insert, each statement
-- Raises:  check_violation accounts_balance_floor when an account would fall below its floor
-- Locks:   the accounts, in id order and without blocking the key-share locks of foreign keys, so that writers queue
--          instead of deadlocking
-- Cost:    O(rows posted)
-- Test:    tests/schema/test_ledger.py

CREATE OR REPLACE FUNCTION ledger.apply_transfers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM FROM ledger.accounts AS a
    WHERE a.id IN (SELECT t.debit_account FROM posted AS t UNION SELECT t.credit_account FROM posted AS t)
    ORDER BY a.id
    FOR NO KEY UPDATE;

    UPDATE ledger.accounts AS a
    SET balance = a.balance + m.amount
    FROM (
        SELECT e.account, sum(e.amount) AS amount
        FROM (
            SELECT t.debit_account AS account, -t.amount AS amount FROM posted AS t
            UNION ALL
            SELECT t.credit_account, t.amount::numeric FROM posted AS t
        ) AS e
        GROUP BY e.account
    ) AS m
    WHERE a.id = m.account;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _500_apply
AFTER INSERT ON ledger.transfers
REFERENCING NEW TABLE AS posted
FOR EACH STATEMENT EXECUTE FUNCTION ledger.apply_transfers();
