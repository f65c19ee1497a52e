-- What follows when tasks are completed, whichever way they were: the worker's reputation grows by 5, and the platform
-- is told.
--
-- Locks:  the workers, in id order
-- Cost:   O(tasks)
-- Test:   tests/schema/test_tasks.py

CREATE OR REPLACE FUNCTION finish_tasks(p_tasks uuid[]) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    INSERT INTO reputation_events (worker_id, event_type, delta, reason, related_id)
    SELECT t.worker_id, 'task_completed', 5, 'task completed', t.id
    FROM tasks AS t
    WHERE t.id = ANY(p_tasks)
    ORDER BY t.worker_id, t.id;

    INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
    SELECT
        'task.completed', t.platform_id, t.worker_id, 'task', t.id,
        jsonb_build_object('amount', t.amount::text, 'paid_amount', t.paid_amount::text)
    FROM tasks AS t
    WHERE t.id = ANY(p_tasks);
$$;
