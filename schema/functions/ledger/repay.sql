-- Repays advances out of workers' accounts, as one set: p_amounts[n] USDC of p_loans[n] out of p_from[n], never more
-- than is owed. An advance that is whole with it goes back at once: the amount lent to the pool, the fee to fees.
-- Each repayment and each fee is also a line that the worker sees, with the id of its transfer.
-- Called by the rule on pay and by the worker's own repayment, as owner; nobody else may. What the rule asks of the
-- planner ends here: the triggers behind transactions and events join sets of rows with each other.
--
-- Raises:  accounts_balance_floor when an account holds less
-- Locks:   the accounts, in id order; the caller holds the loans
-- Cost:    O(loans)
-- Test:    tests/schema/test_advances.py

CREATE OR REPLACE FUNCTION ledger.repay(p_loans uuid[], p_amounts numeric[], p_from uuid[]) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = public, pg_temp
SET enable_hashjoin = on
SET enable_mergejoin = on
SET plan_cache_mode = auto
AS $$
    WITH repaid AS (
        UPDATE loans AS l
        SET
            amount_repaid = l.amount_repaid + r.amount,
            status = CASE WHEN l.amount_repaid + r.amount = l.total_due THEN 'repaid' ELSE 'repaying' END,
            repaid_at = CASE WHEN l.amount_repaid + r.amount = l.total_due THEN clock_timestamp() END
        FROM unnest(p_loans, p_amounts, p_from) AS r (id, amount, account)
        WHERE l.id = r.id
        RETURNING l.id, l.worker_id, l.platform_id, l.amount, l.fee, l.status = 'repaid' AS is_whole, r.amount AS paid,
            r.account
    ),

    system AS (
        SELECT ledger.account('advance_pool') AS pool, ledger.account('fees') AS fees
    ),

    moves AS (
        SELECT
            ops.uuid_v7() AS id, p.id AS loan_id, p.worker_id, m.debit_account, m.credit_account, m.amount, m.reason,
            m.tx_type, m.platform_id, m.source_seq
        FROM repaid AS p
        CROSS JOIN system AS s
        INNER JOIN ledger.accounts AS f ON p.account = f.id
        -- LEFT, so that an account that is not there fails the repayment instead of losing it.
        LEFT JOIN ledger.accounts AS a
            ON p.worker_id = a.owner_id AND a.kind = 'worker_advance' AND p.platform_id = a.platform_id
        CROSS JOIN LATERAL (
            VALUES
            (
                f.id, a.id, p.paid, 'repay', 'repayment', f.platform_id, (
                    SELECT coalesce(max(x.source_seq) + 1, 0) FROM ledger.transfers AS x
                    WHERE x.loan_id = p.id AND x.reason = 'repay'
                )
            ),
            (a.id, s.pool, p.amount * p.is_whole::integer, 'recover', NULL, p.platform_id, 0),
            (a.id, s.fees, p.fee * p.is_whole::integer, 'fee', 'fee', p.platform_id, 0)
        ) AS m (debit_account, credit_account, amount, reason, tx_type, platform_id, source_seq)
        WHERE m.amount > 0
    ),

    shown AS (
        INSERT INTO transactions (id, worker_id, platform_id, tx_type, amount, status, processed_at, metadata)
        SELECT
            m.id, m.worker_id, m.platform_id, m.tx_type, m.amount, 'completed', clock_timestamp(),
            jsonb_build_object('loan_id', m.loan_id)
        FROM moves AS m
        WHERE m.tx_type IS NOT NULL
    ),

    told AS (
        INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
        SELECT
            'loan.repaid', p.platform_id, p.worker_id, 'loan', p.id,
            jsonb_build_object('amount', p.amount::text, 'fee', p.fee::text)
        FROM repaid AS p
        WHERE p.is_whole
    )

    INSERT INTO ledger.transfers (
        id, debit_account, credit_account, amount, reason, loan_id, source_seq, event_at
    )
    SELECT m.id, m.debit_account, m.credit_account, m.amount, m.reason, m.loan_id, m.source_seq, clock_timestamp()
    FROM moves AS m
$$;
