-- Rates a completed task, or changes its rating: a star above or below three is worth five points of reputation. No
-- event is edited: a changed rating is one more event, worth the difference.
--
-- Returns: the task
-- Raises:  GS001, GS003; GS011 when the task is not completed, is rated so already, or while an appeal against its
--          rating is open, and when one was granted: what an operator decides stands
-- Locks:   the task; the worker, who is counted
-- Cost:    O(1); to change a rating, a look through the worker's events
-- Test:    tests/schema/test_reputation.py

CREATE OR REPLACE FUNCTION rate_task(p_task_id uuid, p_rating integer) RETURNS tasks
LANGUAGE plpgsql
AS $$
DECLARE
    v_task tasks := ops.lock_task(p_task_id);
    v_before integer := v_task.rating;
BEGIN
    IF v_task.status <> 'completed' THEN
        RAISE EXCEPTION 'the task is %, not completed', v_task.status USING ERRCODE = 'GS011';
    END IF;
    IF v_before = p_rating THEN
        RAISE EXCEPTION 'the task is rated % already', p_rating USING ERRCODE = 'GS011';
    END IF;
    IF v_before IS NOT NULL AND EXISTS (
        SELECT FROM reputation_events AS e
        INNER JOIN ops.appeals AS a ON e.id = a.event_id
        WHERE e.worker_id = v_task.worker_id
            AND e.event_type = 'rating_received'
            AND e.related_id = p_task_id
            AND a.status <> 'refused'
    ) THEN
        RAISE EXCEPTION 'an appeal against the rating is open, or was granted' USING ERRCODE = 'GS011';
    END IF;

    UPDATE tasks AS t SET rating = p_rating WHERE t.id = p_task_id
    RETURNING t.* INTO v_task;

    INSERT INTO reputation_events (worker_id, event_type, delta, reason, related_id)
    VALUES (
        v_task.worker_id, 'rating_received', (p_rating - coalesce(v_before, 3)) * 5,
        format('rated %s of 5', p_rating) || coalesce(', no longer ' || v_before, ''), p_task_id
    );
    PERFORM ops.audit('task.rated', 'task', p_task_id);
    RETURN v_task;
END;
$$;
