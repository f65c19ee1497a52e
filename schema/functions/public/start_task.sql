-- Starts a fixed task. A draft (a task that was written without a hold) is funded now.
--
-- Returns: the task, active
-- Raises:  GS001, GS003; GS011 when it is not pending or is paid by a stream; accounts_balance_floor for an unfunded
--          draft
-- Locks:   the task; what its statistics touch; for a draft the platform's two accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_tasks.py

CREATE OR REPLACE FUNCTION start_task(p_task_id uuid) RETURNS tasks
LANGUAGE plpgsql
AS $$
DECLARE
    v_task tasks := ops.lock_task(p_task_id);
BEGIN
    IF v_task.status <> 'pending' THEN
        RAISE EXCEPTION 'the task is %, not pending', v_task.status USING ERRCODE = 'GS011';
    END IF;
    IF v_task.task_type = 'streaming' THEN
        RAISE EXCEPTION 'a streaming task starts with its stream' USING ERRCODE = 'GS011';
    END IF;

    UPDATE tasks AS t SET status = 'active', started_at = clock_timestamp() WHERE t.id = p_task_id
    RETURNING t.* INTO v_task;

    PERFORM ops.audit('task.started', 'task', p_task_id);
    PERFORM ops.emit('task.started', v_task.platform_id, v_task.worker_id, 'task', p_task_id, '{}');
    IF NOT EXISTS (SELECT FROM ledger.transfers AS x WHERE x.task_id = p_task_id AND x.reason = 'hold') THEN
        PERFORM ledger.hold(v_task, v_task.amount);
    END IF;
    RETURN v_task;
END;
$$;
