-- Recounts the workers' figures, and the counters behind them, from their tasks.
--
-- Returns: each figure, the row it stands in, what is stored, what the rows say, whether the same or not
-- Cost:    a full pass
-- Test:    tests/schema/test_invariants.py

CREATE OR REPLACE FUNCTION ops.recount_workers()
RETURNS TABLE (figure text, subject uuid, stored numeric, recounted numeric)
LANGUAGE sql STABLE
AS $$
    WITH task_counts AS (
        SELECT
            t.worker_id,
            count(*) AS tasks,
            count(*) FILTER (WHERE t.status = 'completed') AS completed,
            count(*) FILTER (WHERE t.status = 'cancelled') AS cancelled,
            count(*) FILTER (WHERE t.disputed_at IS NOT NULL) AS disputed,
            count(t.rating) AS rated,
            coalesce(sum(t.rating), 0) AS rating_sum,
            sum(t.paid_amount) AS earned
        FROM tasks AS t
        GROUP BY t.worker_id
    ),

    worker_figures AS (
        SELECT w.id, f.figure, f.stored, f.recounted
        FROM workers AS w
        LEFT JOIN ops.worker_counters AS k ON w.id = k.worker_id
        LEFT JOIN task_counts AS c ON w.id = c.worker_id
        CROSS JOIN LATERAL (
            VALUES
            ('workers.total_tasks', w.total_tasks::numeric, coalesce(c.tasks, 0)::numeric),
            ('workers.total_earned', w.total_earned, coalesce(c.earned, 0)),
            (
                'workers.completion_rate', w.completion_rate,
                coalesce(round(100.0 * c.completed / nullif(c.completed + c.cancelled, 0), 2), 0)
            ),
            ('workers.dispute_rate', w.dispute_rate, coalesce(round(100.0 * c.disputed / c.tasks, 2), 0)),
            (
                'workers.average_rating', w.average_rating,
                coalesce(round(1.0 * c.rating_sum / nullif(c.rated, 0), 2), 0)
            ),
            ('worker_counters.tasks', k.tasks, coalesce(c.tasks, 0)),
            ('worker_counters.completed', k.completed, coalesce(c.completed, 0)),
            ('worker_counters.cancelled', k.cancelled, coalesce(c.cancelled, 0)),
            ('worker_counters.disputed', k.disputed, coalesce(c.disputed, 0)),
            ('worker_counters.rated', k.rated, coalesce(c.rated, 0)),
            ('worker_counters.rating_sum', k.rating_sum, coalesce(c.rating_sum, 0)),
            ('worker_counters.earned', k.earned, coalesce(c.earned, 0))
        ) AS f (figure, stored, recounted)
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM worker_figures AS f
$$;
