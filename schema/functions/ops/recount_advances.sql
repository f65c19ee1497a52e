-- Recounts advances from their transfers, and the lines that show them to the worker.
--
-- Returns: each figure, the row it stands in, what is stored, what the rows say, whether the same or not
-- Cost:    a full pass
-- Test:    tests/schema/test_invariants.py

CREATE OR REPLACE FUNCTION ops.recount_advances()
RETURNS TABLE (figure text, subject uuid, stored numeric, recounted numeric)
LANGUAGE sql STABLE
AS $$
    WITH loan_figures AS (
        SELECT l.id, f.figure, f.stored, f.recounted
        FROM loans AS l
        LEFT JOIN (
            SELECT
                x.loan_id,
                coalesce(sum(x.amount) FILTER (WHERE x.reason = 'advance'), 0) AS advanced,
                coalesce(sum(x.amount) FILTER (WHERE x.reason = 'repay'), 0) AS repaid,
                coalesce(sum(x.amount) FILTER (WHERE x.reason = 'recover'), 0) AS recovered,
                coalesce(sum(x.amount) FILTER (WHERE x.reason = 'fee'), 0) AS fee
            FROM ledger.transfers AS x
            WHERE x.loan_id IS NOT NULL
            GROUP BY x.loan_id
        ) AS p ON l.id = p.loan_id
        CROSS JOIN LATERAL (
            VALUES
            (
                'loans.amount advanced', CASE WHEN l.disbursed_at IS NOT NULL THEN l.amount ELSE 0 END,
                coalesce(p.advanced, 0)
            ),
            ('loans.amount_repaid', l.amount_repaid, coalesce(p.repaid, 0)),
            -- An advance that is over, paid back or given up, has been settled: the principal first.
            (
                'loans.amount recovered',
                CASE WHEN l.status IN ('repaid', 'defaulted') THEN least(l.amount, l.amount_repaid) ELSE 0 END,
                coalesce(p.recovered, 0)
            ),
            (
                'loans.fee collected',
                CASE WHEN l.status IN ('repaid', 'defaulted') THEN greatest(0, l.amount_repaid - l.amount) ELSE 0 END,
                coalesce(p.fee, 0)
            )
        ) AS f (figure, stored, recounted)
    ),

    -- The lines of an advance, each under the id of the transfer that it shows.
    line_figures AS (
        SELECT x.id, f.figure, f.stored, f.recounted
        FROM transactions AS x
        LEFT JOIN ledger.transfers AS t
            ON x.id = t.id
            AND t.reason = CASE x.tx_type WHEN 'repayment' THEN 'repay' ELSE x.tx_type END
        LEFT JOIN loans AS l ON t.loan_id = l.id AND x.worker_id = l.worker_id
        CROSS JOIN LATERAL (
            VALUES
            ('transactions.amount of advance', x.amount, CASE WHEN l.id IS NULL THEN 0 ELSE t.amount END),
            (
                'transactions.fee of advance', x.fee,
                CASE WHEN x.tx_type = 'advance' THEN l.fee ELSE 0 END
            )
        ) AS f (figure, stored, recounted)
        WHERE x.tx_type IN ('advance', 'repayment', 'fee')
        UNION ALL
        -- Whoever sees that he got an advance sees all that became of it; history that was loaded has no lines.
        SELECT a.loan_id, f.figure, f.stored, f.recounted
        FROM (
            SELECT
                t.loan_id,
                sum(t.amount) FILTER (WHERE t.reason = 'repay') AS repaid,
                sum(t.amount) FILTER (WHERE t.reason = 'fee') AS fee,
                sum(x.amount) FILTER (WHERE t.reason = 'repay') AS repaid_shown,
                sum(x.amount) FILTER (WHERE t.reason = 'fee') AS fee_shown
            FROM ledger.transfers AS t
            LEFT JOIN transactions AS x ON t.id = x.id
            WHERE t.loan_id IS NOT NULL
            GROUP BY t.loan_id
            HAVING bool_or(t.reason = 'advance' AND x.id IS NOT NULL)
        ) AS a
        CROSS JOIN LATERAL (
            VALUES
            ('loans.amount_repaid shown', coalesce(a.repaid, 0), coalesce(a.repaid_shown, 0)),
            ('loans.fee shown', coalesce(a.fee, 0), coalesce(a.fee_shown, 0))
        ) AS f (figure, stored, recounted)
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM loan_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM line_figures AS f
$$;
