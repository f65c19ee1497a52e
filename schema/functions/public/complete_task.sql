-- Completes a fixed task: its price goes from the platform's held funds to the worker, and the worker's reputation
-- grows, by 5 for the completion and by 5 for each star of the rating above three (or falls, below).
--
-- Returns: the task, completed and paid
-- Raises:  GS001, GS003; GS011 when it is not active or is paid by a stream
-- Locks:   the task; the worker, membership and platform that are counted; then the two accounts
-- Cost:    O(1), whatever the worker's history
-- Test:    tests/schema/test_tasks.py

CREATE OR REPLACE FUNCTION complete_task(
    p_task_id uuid,
    p_rating integer DEFAULT NULL,
    p_completion_proof text DEFAULT NULL,
    p_verification_data jsonb DEFAULT NULL
) RETURNS tasks
LANGUAGE plpgsql
AS $$
DECLARE
    v_task tasks := ops.lock_task(p_task_id);
BEGIN
    IF v_task.task_type = 'streaming' THEN
        RAISE EXCEPTION 'a streaming task completes with its stream' USING ERRCODE = 'GS011';
    END IF;
    IF v_task.status <> 'active' THEN
        RAISE EXCEPTION 'the task is %, not active', v_task.status USING ERRCODE = 'GS011';
    END IF;

    UPDATE tasks AS t
    SET
        status = 'completed',
        paid_amount = t.amount,
        completed_at = clock_timestamp(),
        rating = p_rating,
        completion_proof = p_completion_proof,
        verification_data = p_verification_data
    WHERE t.id = p_task_id
    RETURNING t.* INTO v_task;

    PERFORM finish_tasks(ARRAY[p_task_id]);
    IF p_rating IS NOT NULL THEN
        INSERT INTO reputation_events (worker_id, event_type, delta, reason, related_id)
        VALUES (v_task.worker_id, 'rating_received', (p_rating - 3) * 5, format('rated %s of 5', p_rating), p_task_id);
    END IF;
    PERFORM ops.audit('task.completed', 'task', p_task_id);

    -- Opened before the transfer is posted, whose row security must already see it; a task that was re-assigned has
    -- been held for somebody else.
    PERFORM ledger.account('worker_available', v_task.worker_id, v_task.platform_id);
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, task_id, event_at)
    VALUES (
        ledger.account('platform_held', v_task.platform_id, v_task.platform_id),
        ledger.account('worker_available', v_task.worker_id, v_task.platform_id),
        v_task.amount, 'pay', p_task_id, v_task.completed_at
    );
    RETURN v_task;
END;
$$;
