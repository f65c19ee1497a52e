-- Cancels a task and gives its price back. A task whose stream runs is cancelled by cancelling the stream, which first
-- pays what has accrued.
--
-- Returns: the task, cancelled
-- Raises:  GS001, GS003; GS011 when it is completed, cancelled or disputed; serialization_failure when its
--          stream was started at the same moment
-- Locks:   the stream if there is one, the task; what its statistics touch; then the platform's two accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_tasks.py

CREATE OR REPLACE FUNCTION cancel_task(p_task_id uuid) RETURNS tasks
LANGUAGE plpgsql
AS $$
DECLARE
    v_task tasks;
    v_stream_id uuid := (SELECT s.id FROM streams AS s WHERE s.task_id = p_task_id);
BEGIN
    IF v_stream_id IS NOT NULL THEN
        PERFORM cancel_stream(v_stream_id);
        RETURN (SELECT t FROM tasks AS t WHERE t.id = p_task_id);
    END IF;

    v_task := ops.lock_task(p_task_id);
    IF v_task.status NOT IN ('pending', 'active') THEN
        RAISE EXCEPTION 'the task is %, not pending or active', v_task.status USING ERRCODE = 'GS011';
    END IF;
    IF v_task.task_type = 'streaming' AND v_task.status = 'active' THEN
        RAISE EXCEPTION 'a stream was started at the same moment' USING ERRCODE = 'serialization_failure';
    END IF;

    UPDATE tasks AS t SET status = 'cancelled', cancelled_at = clock_timestamp() WHERE t.id = p_task_id
    RETURNING t.* INTO v_task;

    PERFORM ops.audit('task.cancelled', 'task', p_task_id);
    PERFORM ops.emit(
        'task.cancelled', v_task.platform_id, v_task.worker_id, 'task', p_task_id,
        jsonb_build_object('paid_amount', v_task.paid_amount::text)
    );
    IF EXISTS (SELECT FROM ledger.transfers AS x WHERE x.task_id = p_task_id AND x.reason = 'hold') THEN
        PERFORM ledger.give_back(v_task.platform_id, v_task.amount, p_task_id, NULL);
    END IF;
    RETURN v_task;
END;
$$;
