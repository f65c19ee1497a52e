-- Opens a dispute over a task that is not over: it stands still, its stream with it, until an operator ends it by
-- resolve_dispute. What the stream has accrued by now is released first: it was earned before the dispute.
-- As owner, because a worker may write neither a task nor a platform's held funds; it checks that the caller is one of
-- the task's two parties. To be accused costs no reputation, so the event's delta is 0.
--
-- Returns: the dispute
-- Raises:  GS001 unless the caller is one of its parties; GS011 when the task is over or disputed, when nothing is held
--          for it, or when its stream is at its end (the next tick completes it); serialization_failure when its stream
--          was started at the same moment
-- Locks:   the stream if there is one, the task; what its statistics touch; then the two accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_disputes.py

CREATE OR REPLACE FUNCTION dispute_task(p_task_id uuid, p_reason text) RETURNS ops.disputes
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_stream streams;
    v_task tasks;
    v_dispute ops.disputes;
BEGIN
    SELECT s.* INTO v_stream FROM streams AS s
    WHERE s.task_id = p_task_id AND ops.tenant() IN (s.platform_id, s.worker_id)
    FOR NO KEY UPDATE;
    SELECT t.* INTO v_task FROM tasks AS t
    WHERE t.id = p_task_id AND ops.tenant() IN (t.platform_id, t.worker_id)
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no task %', p_task_id USING ERRCODE = 'GS001';
    END IF;
    IF v_task.status NOT IN ('pending', 'active') THEN
        RAISE EXCEPTION 'the task is %, not pending or active', v_task.status USING ERRCODE = 'GS011';
    END IF;
    IF v_stream.id IS NULL AND v_task.task_type = 'streaming' AND v_task.status = 'active' THEN
        RAISE EXCEPTION 'a stream was started at the same moment' USING ERRCODE = 'serialization_failure';
    END IF;
    IF v_stream.status = 'active' AND v_stream.end_time <= clock_timestamp() THEN
        RAISE EXCEPTION 'the stream is at its end' USING ERRCODE = 'GS011';
    END IF;
    IF NOT EXISTS (SELECT FROM ledger.transfers AS x WHERE x.task_id = p_task_id AND x.reason = 'hold') THEN
        RAISE EXCEPTION 'nothing is held for the task' USING ERRCODE = 'GS011';
    END IF;

    UPDATE tasks AS t SET status = 'disputed', disputed_at = clock_timestamp() WHERE t.id = p_task_id;
    INSERT INTO ops.disputes (task_id, filed_by, reason)
    VALUES (p_task_id, ops.tenant_kind(), p_reason)
    RETURNING * INTO v_dispute;

    INSERT INTO reputation_events (worker_id, event_type, delta, reason, related_id)
    VALUES (v_task.worker_id, 'dispute_filed', 0, 'dispute filed by the ' || v_dispute.filed_by, p_task_id);
    PERFORM ops.audit('task.disputed', 'task', p_task_id);
    PERFORM ops.emit(
        'task.disputed', v_task.platform_id, v_task.worker_id, 'task', p_task_id,
        jsonb_build_object('filed_by', v_dispute.filed_by, 'reason', p_reason)
    );
    IF v_stream.status = 'active' THEN
        PERFORM ops.halt_stream(v_stream);
    END IF;
    RETURN v_dispute;
END;
$$;
