-- Recounts the platforms' figures and their members' open tasks.
--
-- Returns: each figure, the row it stands in, what is stored, what the rows say, whether the same or not
-- Cost:    a full pass
-- Test:    tests/schema/test_invariants.py

CREATE OR REPLACE FUNCTION ops.recount_platforms()
RETURNS TABLE (figure text, subject uuid, stored numeric, recounted numeric)
LANGUAGE sql STABLE
AS $$
    WITH platform_figures AS (
        SELECT p.id, f.figure, f.stored, f.recounted
        FROM platforms AS p
        LEFT JOIN (
            SELECT t.platform_id, count(*) AS tasks FROM tasks AS t GROUP BY t.platform_id
        ) AS c ON p.id = c.platform_id
        LEFT JOIN (
            SELECT m.platform_id, count(*) AS active FROM ops.memberships AS m
            WHERE m.open_tasks > 0
            GROUP BY m.platform_id
        ) AS a ON p.id = a.platform_id
        LEFT JOIN (
            SELECT x.platform_id, sum(x.amount) AS paid FROM transactions AS x
            WHERE x.tx_type = 'payout' AND x.status = 'completed'
            GROUP BY x.platform_id
        ) AS o ON p.id = o.platform_id
        CROSS JOIN LATERAL (
            VALUES
            ('platforms.total_tasks', p.total_tasks::numeric, coalesce(c.tasks, 0)::numeric),
            ('platforms.active_workers', p.active_workers, coalesce(a.active, 0)),
            ('platforms.total_payouts', p.total_payouts, coalesce(o.paid, 0))
        ) AS f (figure, stored, recounted)
    ),

    membership_figures AS (
        SELECT
            coalesce(m.worker_id, t.worker_id) AS id,
            'memberships.open_tasks' AS figure,
            m.open_tasks::numeric AS stored,
            coalesce(t.open_tasks, 0)::numeric AS recounted
        FROM ops.memberships AS m
        FULL JOIN (
            SELECT
                t.platform_id,
                t.worker_id,
                count(*) FILTER (WHERE t.status IN ('pending', 'active', 'disputed')) AS open_tasks
            FROM tasks AS t
            GROUP BY t.platform_id, t.worker_id
        ) AS t ON m.platform_id = t.platform_id AND m.worker_id = t.worker_id
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM platform_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM membership_figures AS f
$$;
