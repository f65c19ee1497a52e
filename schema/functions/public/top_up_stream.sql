-- Adds to a stream's total out of the platform's available funds; what has accrued is released first. The end stays
-- unless a new one is given, so the rest accrues faster.
--
-- Returns: the stream
-- Raises:  GS001, GS003; GS011 when it is neither active nor paused or is at its end; GS015 (end_time) when the new end
--          is not ahead or a year away; accounts_balance_floor when the platform's funds are short
-- Locks:   the stream, the task and its worker; the stream's event counter; the worker's advance; then the accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_streams.py

CREATE OR REPLACE FUNCTION top_up_stream(
    p_stream_id uuid, p_amount numeric, p_end_time timestamptz DEFAULT NULL
) RETURNS streams
LANGUAGE plpgsql
AS $$
DECLARE
    v_stream streams := ops.lock_stream(p_stream_id, '{active, paused}');
    v_now timestamptz := date_trunc('second', least(clock_timestamp(), v_stream.end_time - interval '1 second'));
    v_anchor timestamptz := greatest(coalesce(v_stream.paused_at, v_now), v_stream.anchor_time);
    v_end timestamptz := date_trunc('second', coalesce(p_end_time, v_stream.end_time));
    v_task tasks;
BEGIN
    IF v_end <= greatest(v_anchor, v_now) AND (p_end_time IS NOT NULL OR v_stream.status = 'active') THEN
        RAISE EXCEPTION 'end_time must lie ahead' USING ERRCODE = 'GS015', COLUMN = 'end_time';
    END IF;
    IF p_end_time > greatest(clock_timestamp(), v_stream.start_time) + interval '1 year' THEN
        RAISE EXCEPTION 'end_time must lie within a year' USING ERRCODE = 'GS015', COLUMN = 'end_time';
    END IF;

    UPDATE tasks AS t SET amount = t.amount + p_amount WHERE t.id = v_stream.task_id RETURNING t.* INTO v_task;
    PERFORM ops.lock_events(p_stream_id);
    PERFORM ledger.lock_advance(v_stream.worker_id);
    -- The hold before the release: a platform's accounts are older than its workers', and accounts are locked in id
    -- order.
    PERFORM ledger.hold(
        v_task, p_amount, p_stream_id,
        (SELECT count(*)::integer FROM ledger.transfers AS x WHERE x.stream_id = p_stream_id AND x.reason = 'hold')
    );
    PERFORM release_streams(ARRAY[p_stream_id], v_now);

    UPDATE streams AS s
    SET
        total_amount = s.total_amount + p_amount,
        end_time = v_end,
        anchor_time = v_anchor,
        anchor_amount = s.released_amount,
        next_release_at = CASE
            WHEN s.status = 'active' THEN next_release(v_anchor, v_end, s.release_interval, v_anchor)
        END
    WHERE s.id = p_stream_id
    RETURNING s.* INTO v_stream;

    PERFORM ops.audit('stream.topped_up', 'stream', p_stream_id);
    PERFORM ops.emit(
        'stream.topped_up', v_stream.platform_id, v_stream.worker_id, 'stream', p_stream_id,
        jsonb_build_object('amount', p_amount::ops.usdc::text, 'total_amount', v_stream.total_amount::text)
    );
    RETURN v_stream;
END;
$$;
