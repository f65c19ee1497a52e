-- Starts the stream of a pending streaming task: its price accrues by the second from start to end, and what has
-- accrued is released every interval (seconds). The task becomes active.
--
-- Returns: the stream, active
-- Raises:  GS001 (task_id), GS003; GS011 when the task is not pending or is paid at once; GS015 naming start_time or
--          end_time when they make no stream; accounts_balance_floor for an unfunded draft
-- Locks:   the task; what its statistics touch; for a draft the platform's two accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_streams.py

CREATE OR REPLACE FUNCTION create_stream(
    p_task_id uuid,
    p_end_time timestamptz,
    p_start_time timestamptz DEFAULT NULL,
    p_release_interval integer DEFAULT 3600
) RETURNS streams
LANGUAGE plpgsql
AS $$
DECLARE
    v_task tasks := ops.lock_task(p_task_id);
    v_start timestamptz := date_trunc('second', coalesce(p_start_time, clock_timestamp()));
    v_end timestamptz := date_trunc('second', p_end_time);
    v_stream streams;
BEGIN
    IF v_task.task_type <> 'streaming' OR v_task.status <> 'pending' THEN
        RAISE EXCEPTION 'the task is % and %, not streaming and pending', v_task.task_type, v_task.status
            USING ERRCODE = 'GS011';
    END IF;
    IF v_start < clock_timestamp() - interval '30 days' OR v_start > clock_timestamp() + interval '1 year' THEN
        RAISE EXCEPTION 'start_time must lie between 30 days ago and a year ahead'
            USING ERRCODE = 'GS015', COLUMN = 'start_time';
    END IF;
    IF v_end < v_start + interval '60 seconds' OR v_end > v_start + interval '1 year' THEN
        RAISE EXCEPTION 'end_time must lie between 60 seconds and a year after start_time'
            USING ERRCODE = 'GS015', COLUMN = 'end_time';
    END IF;

    INSERT INTO streams (
        task_id, start_time, end_time, total_amount, anchor_time, release_interval, next_release_at
    )
    VALUES (
        p_task_id, v_start, v_end, v_task.amount, v_start, p_release_interval,
        next_release(v_start, v_end, p_release_interval, v_start)
    )
    RETURNING * INTO v_stream;
    UPDATE tasks AS t SET status = 'active', started_at = v_start WHERE t.id = p_task_id;

    PERFORM ops.audit('stream.started', 'stream', v_stream.id);
    PERFORM ops.emit(
        'stream.started', v_stream.platform_id, v_stream.worker_id, 'stream', v_stream.id,
        jsonb_build_object(
            'total_amount', v_stream.total_amount::text,
            'start_time', ops.rfc3339(v_start), 'end_time', ops.rfc3339(v_end)
        )
    );
    -- The releases need it; a task that was re-assigned has been held for somebody else.
    PERFORM ledger.account('worker_available', v_stream.worker_id, v_stream.platform_id);
    IF NOT EXISTS (SELECT FROM ledger.transfers AS x WHERE x.task_id = p_task_id AND x.reason = 'hold') THEN
        PERFORM ledger.hold(v_task, v_task.amount);
    END IF;
    RETURN v_stream;
END;
$$;
