-- Moves the balances for the transfers that a statement posted, one update an account however many transfers touch it;
-- and whoever was paid repays first: of what a worker was paid by a platform in the statement, half at most goes to his
-- open advance on that platform's pay; but what streams release is the very pay that an earned advance was on, and all
-- of it goes there first. It is a rule of the ledger, so that no way of paying can forget it.
--
-- On:      ledger.transfers, after insert, each statement
-- Raises:  check_violation accounts_balance_floor when an account would fall below its floor
-- Locks:   the open advances of those who were paid, in id order; then the accounts, in id order and without blocking
--          the key-share locks of foreign keys, so that writers queue instead of deadlocking. Those that a repayment
--          moves are among them, though it is posted after: its own statement finds all that it needs held
-- Cost:    O(rows posted); of pay, one more index lookup a worker. A session keeps the plans of its first statement, be
--          that of one row or of ten thousand, so they may only look up by index, which suits both
-- Test:    tests/schema/test_ledger.py, tests/schema/test_advances.py

CREATE OR REPLACE FUNCTION ledger.apply_transfers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_loans uuid [] := '{}';
    v_amounts numeric [];
    v_from uuid [];
    v_is_whole boolean;
    v_accounts uuid [] := '{}';
BEGIN
    IF EXISTS (SELECT FROM posted AS t WHERE t.reason IN ('pay', 'release')) THEN
        WITH pay AS (
            SELECT
                t.credit_account AS account, sum(t.amount) AS amount,
                coalesce(sum(t.amount) FILTER (WHERE t.reason = 'release'), 0) AS released
            FROM posted AS t
            WHERE t.reason IN ('pay', 'release')
            GROUP BY t.credit_account
        ),

        owing AS (
            SELECT
                l.id, l.worker_id, l.platform_id, l.total_due - l.amount_repaid AS owed, p.account,
                CASE l.mode
                    WHEN 'earned' THEN p.released + 0.000001 * div((p.amount - p.released) * 1000000, 2)
                    ELSE 0.000001 * div(p.amount * 1000000, 2)
                END AS share
            FROM pay AS p
            INNER JOIN ledger.accounts AS a ON p.account = a.id
            INNER JOIN loans AS l
                ON a.owner_id = l.worker_id AND a.platform_id = l.platform_id AND l.status IN ('disbursed', 'repaying')
            ORDER BY l.id
            FOR NO KEY UPDATE OF l
        )

        SELECT
            coalesce(array_agg(o.id), '{}'),
            array_agg(least(o.share, o.owed)),
            array_agg(o.account),
            bool_or(o.share >= o.owed)
        INTO v_loans, v_amounts, v_from, v_is_whole
        FROM owing AS o
        WHERE o.share > 0;

        IF v_loans <> '{}' THEN
            v_accounts := ARRAY(
                SELECT a.id
                FROM loans AS l
                INNER JOIN ledger.accounts AS a
                    ON l.worker_id = a.owner_id AND a.kind = 'worker_advance' AND l.platform_id = a.platform_id
                WHERE l.id = ANY(v_loans)
                UNION ALL
                SELECT a.id
                FROM ledger.accounts AS a
                WHERE v_is_whole AND a.owner_id IS NULL AND a.kind IN ('advance_pool', 'fees')
            );
        END IF;
    END IF;

    PERFORM FROM ledger.accounts AS a
    WHERE a.id IN (
        SELECT t.debit_account FROM posted AS t
        UNION
        SELECT t.credit_account FROM posted AS t
        UNION
        SELECT unnest(v_accounts)
    )
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

    IF v_loans <> '{}' THEN
        PERFORM ledger.repay(v_loans, v_amounts, v_from);
    END IF;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _500_apply
AFTER INSERT ON ledger.transfers
REFERENCING NEW TABLE AS posted
FOR EACH STATEMENT EXECUTE FUNCTION ledger.apply_transfers();
