-- Recounts the platforms' days from tasks and transfers.
--
-- Returns: each figure, the row it stands in, what is stored, what the rows say, whether the same or not
-- Cost:    a full pass
-- Test:    tests/schema/test_invariants.py

CREATE OR REPLACE FUNCTION ops.recount_days()
RETURNS TABLE (figure text, subject uuid, stored numeric, recounted numeric)
LANGUAGE sql STABLE
AS $$
    WITH task_days AS (
        SELECT
            t.platform_id, (e.at AT TIME ZONE 'UTC')::date AS day,
            count(*) FILTER (WHERE e.what = 'created') AS created,
            count(*) FILTER (WHERE e.what = 'completed') AS completed,
            count(*) FILTER (WHERE e.what = 'cancelled') AS cancelled
        FROM tasks AS t
        CROSS JOIN LATERAL (
            VALUES ('created', t.created_at), ('completed', t.completed_at), ('cancelled', t.cancelled_at)
        ) AS e (what, at)
        WHERE e.at IS NOT NULL
        GROUP BY t.platform_id, (e.at AT TIME ZONE 'UTC')::date
    ),

    money_days AS (
        SELECT
            a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date AS day,
            sum(x.amount) FILTER (WHERE x.reason IN ('pay', 'release')) AS earned,
            sum(x.amount) FILTER (WHERE x.reason = 'release') AS released,
            count(DISTINCT x.credit_account) FILTER (WHERE x.reason IN ('pay', 'release')) AS workers,
            sum(x.amount) FILTER (WHERE x.reason = 'settle') AS paid_out
        FROM ledger.transfers AS x
        INNER JOIN ledger.accounts AS a ON x.debit_account = a.id
        WHERE x.reason IN ('pay', 'release', 'settle')
        GROUP BY a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date
    ),

    day_figures AS (
        SELECT coalesce(s.platform_id, d.platform_id) AS id, f.figure, f.stored, f.recounted
        FROM ops.task_days AS s
        FULL JOIN task_days AS d ON s.platform_id = d.platform_id AND s.day = d.day
        CROSS JOIN LATERAL (
            VALUES
            ('task_days.created', coalesce(s.created, 0)::numeric, coalesce(d.created, 0)::numeric),
            ('task_days.completed', coalesce(s.completed, 0), coalesce(d.completed, 0)),
            ('task_days.cancelled', coalesce(s.cancelled, 0), coalesce(d.cancelled, 0))
        ) AS f (figure, stored, recounted)
        UNION ALL
        SELECT coalesce(s.platform_id, d.platform_id), f.figure, f.stored, f.recounted
        FROM ops.earning_days AS s
        FULL JOIN money_days AS d ON s.platform_id = d.platform_id AND s.day = d.day
        CROSS JOIN LATERAL (
            VALUES
            ('earning_days.earned', coalesce(s.earned, 0), coalesce(d.earned, 0)),
            ('earning_days.released', coalesce(s.released, 0), coalesce(d.released, 0)),
            ('earning_days.workers', coalesce(s.workers, 0), coalesce(d.workers, 0))
        ) AS f (figure, stored, recounted)
        UNION ALL
        SELECT
            coalesce(s.platform_id, d.platform_id), 'payout_days.paid_out', coalesce(s.paid_out, 0),
            coalesce(d.paid_out, 0)
        FROM ops.payout_days AS s
        FULL JOIN money_days AS d ON s.platform_id = d.platform_id AND s.day = d.day
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM day_figures AS f
$$;
