-- Recounts deposits from their transfers, the cursors that they were read with, and what reconciliations found.
--
-- Returns: each figure, the row it stands in, what is stored, what the rows say, whether the same or not
-- Cost:    a full pass
-- Test:    tests/schema/test_invariants.py

CREATE OR REPLACE FUNCTION ops.recount_deposits()
RETURNS TABLE (figure text, subject uuid, stored numeric, recounted numeric)
LANGUAGE sql STABLE
AS $$
    WITH moved AS (
        SELECT
            x.deposit_id,
            sum(x.amount) FILTER (WHERE f.kind = 'custody') AS credited,
            sum(CASE 'suspense' WHEN t.kind THEN x.amount WHEN f.kind THEN -x.amount ELSE 0 END) AS suspended,
            sum(x.amount) FILTER (WHERE t.kind = 'platform_available' AND t.owner_id = d.platform_id) AS given
        FROM ledger.transfers AS x
        INNER JOIN ops.deposits AS d ON x.deposit_id = d.id
        INNER JOIN ledger.accounts AS f ON x.debit_account = f.id
        INNER JOIN ledger.accounts AS t ON x.credit_account = t.id
        WHERE x.deposit_id IS NOT NULL
        GROUP BY x.deposit_id
    ),

    deposit_figures AS (
        SELECT d.id, f.figure, f.stored, f.recounted
        FROM ops.deposits AS d
        LEFT JOIN moved AS m ON d.id = m.deposit_id
        CROSS JOIN LATERAL (
            VALUES
            ('deposits.amount credited', d.amount, coalesce(m.credited, 0)),
            ('deposits.in_suspense', CASE WHEN d.in_suspense THEN d.amount ELSE 0 END, coalesce(m.suspended, 0)),
            ('deposits.platform_id', CASE WHEN d.platform_id IS NULL THEN 0 ELSE d.amount END, coalesce(m.given, 0))
        ) AS f (figure, stored, recounted)
    ),

    reconciliation_figures AS (
        SELECT r.id, f.figure, f.stored, f.recounted
        FROM ops.reconciliations AS r
        CROSS JOIN LATERAL (
            SELECT count(*) AS breaks, coalesce(sum(b.chain_amount - b.book_amount), 0) AS difference
            FROM ops.chain_breaks AS b
            WHERE b.chain_id = r.chain_id AND b.custody = r.custody
                AND b.found_by <= r.id AND (b.closed_by IS NULL OR b.closed_by > r.id)
        ) AS b
        CROSS JOIN LATERAL (
            VALUES
            ('reconciliations.breaks', r.breaks::numeric, b.breaks::numeric),
            ('reconciliations.difference', r.difference, b.difference)
        ) AS f (figure, stored, recounted)
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM deposit_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM reconciliation_figures AS f
    UNION ALL
    SELECT
        'accounts.balance in suspense', a.id, a.balance,
        (SELECT coalesce(sum(d.amount), 0) FROM ops.deposits AS d WHERE d.in_suspense)
    FROM ledger.accounts AS a
    WHERE a.kind = 'suspense'
    UNION ALL
    SELECT
        'chain_cursors.block', NULL, c.block,
        (
            SELECT greatest(c.block, max(d.block_number))
            FROM ops.deposits AS d
            WHERE d.chain_id = c.chain_id AND d.to_address = c.custody
        )
    FROM ops.chain_cursors AS c
$$;
