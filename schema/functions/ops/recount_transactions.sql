-- Recounts payouts from their transfers, and what states transactions went through.
--
-- Returns: each figure, the row it stands in, what is stored, what the rows say, whether the same or not
-- Cost:    a full pass
-- Test:    tests/schema/test_invariants.py

CREATE OR REPLACE FUNCTION ops.recount_transactions()
RETURNS TABLE (figure text, subject uuid, stored numeric, recounted numeric)
LANGUAGE sql STABLE
AS $$
    WITH state_figures AS (
        SELECT
            x.id,
            'transactions.status' AS figure,
            array_position(o.states, x.status)::numeric AS stored,
            array_position(o.states, h.status)::numeric AS recounted
        FROM (SELECT '{pending, processing, completed, failed}'::text [] AS states) AS o
        CROSS JOIN transactions AS x
        LEFT JOIN (
            SELECT DISTINCT ON (n.transaction_id) n.transaction_id, n.status
            FROM ops.transaction_states AS n
            ORDER BY n.transaction_id, n.id DESC
        ) AS h ON x.id = h.transaction_id
    ),

    payout_figures AS (
        SELECT x.id, f.figure, f.stored, f.recounted
        FROM transactions AS x
        LEFT JOIN (
            SELECT
                l.transaction_id,
                coalesce(sum(l.amount) FILTER (WHERE l.reason = 'payout'), 0) AS begun,
                coalesce(sum(l.amount) FILTER (WHERE l.reason = 'settle'), 0) AS settled,
                coalesce(sum(l.amount) FILTER (WHERE l.reason = 'return'), 0) AS returned
            FROM ledger.transfers AS l
            WHERE l.transaction_id IS NOT NULL
            GROUP BY l.transaction_id
        ) AS p ON x.id = p.transaction_id
        CROSS JOIN LATERAL (
            VALUES
            ('transactions.amount begun', x.amount, coalesce(p.begun, 0)),
            (
                'transactions.amount settled', CASE x.status WHEN 'completed' THEN x.amount ELSE 0 END,
                coalesce(p.settled, 0)
            ),
            (
                'transactions.amount returned', CASE x.status WHEN 'failed' THEN x.amount ELSE 0 END,
                coalesce(p.returned, 0)
            )
        ) AS f (figure, stored, recounted)
        WHERE x.tx_type = 'payout'
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM state_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM payout_figures AS f
$$;
