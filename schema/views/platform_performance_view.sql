-- How a platform does: tasks by outcome, USDC paid and pending, its workers ever and lately, and how long a task takes.
-- A worker counts for the last 7 or 30 days when one of his tasks was created or completed in them.
--
-- Cost:  filtered by platform_id, that platform's tasks only
-- Test:  tests/schema/test_views.py

CREATE VIEW platform_performance_view WITH (security_invoker = TRUE) AS
SELECT
    p.id AS platform_id,
    p.name,
    t.total_tasks,
    t.completed_tasks,
    t.cancelled_tasks,
    t.paid_amount + s.open_released_amount AS paid_amount,
    t.pending_amount - s.open_released_amount AS pending_amount,
    t.unique_workers,
    t.workers_last_7_days,
    t.workers_last_30_days,
    t.average_completion_seconds
FROM platforms AS p
CROSS JOIN
    LATERAL (
        SELECT
            count(*) AS total_tasks,
            count(*) FILTER (WHERE k.status = 'completed') AS completed_tasks,
            count(*) FILTER (WHERE k.status = 'cancelled') AS cancelled_tasks,
            coalesce(sum(k.paid_amount), 0) AS paid_amount,
            coalesce(sum(k.amount) FILTER (WHERE k.status IN ('pending', 'active', 'disputed')), 0) AS pending_amount,
            count(DISTINCT k.worker_id) AS unique_workers,
            count(DISTINCT k.worker_id) FILTER (
                WHERE greatest(k.created_at, k.completed_at) >= now() - interval '7 days'
            ) AS workers_last_7_days,
            count(DISTINCT k.worker_id) FILTER (
                WHERE greatest(k.created_at, k.completed_at) >= now() - interval '30 days'
            ) AS workers_last_30_days,
            coalesce(avg(extract(EPOCH FROM k.completed_at - k.started_at))::bigint, 0) AS average_completion_seconds
        FROM tasks AS k
        WHERE k.platform_id = p.id
    ) AS t
CROSS JOIN LATERAL (
    SELECT coalesce(sum(m.released_amount), 0) AS open_released_amount
    FROM streams AS m
    WHERE m.platform_id = p.id AND m.status IN ('active', 'paused')
) AS s;
