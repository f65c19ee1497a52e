-- Lets a paused stream accrue again: the end moves by as long as the pause kept it from accruing, and the rest accrues
-- evenly from now on (or from the start, where that is still ahead).
--
-- Returns: the stream, active
-- Raises:  GS001, GS003; GS011 when it is not paused
-- Locks:   the stream
-- Cost:    O(1)
-- Test:    tests/schema/test_streams.py

CREATE OR REPLACE FUNCTION resume_stream(p_stream_id uuid) RETURNS streams
LANGUAGE plpgsql
AS $$
DECLARE
    v_stream streams := ops.lock_stream(p_stream_id, '{paused}');
    v_anchor timestamptz := greatest(date_trunc('second', clock_timestamp()), v_stream.anchor_time);
    v_end timestamptz := v_stream.end_time + (v_anchor - greatest(v_stream.paused_at, v_stream.anchor_time));
BEGIN
    UPDATE streams AS s
    SET
        status = 'active',
        paused_at = NULL,
        end_time = v_end,
        anchor_time = v_anchor,
        anchor_amount = s.released_amount,
        next_release_at = next_release(v_anchor, v_end, s.release_interval, v_anchor)
    WHERE s.id = p_stream_id
    RETURNING s.* INTO v_stream;

    PERFORM ops.audit('stream.resumed', 'stream', p_stream_id);
    PERFORM ops.emit(
        'stream.resumed', v_stream.platform_id, v_stream.worker_id, 'stream', p_stream_id,
        jsonb_build_object('end_time', ops.rfc3339(v_end))
    );
    RETURN v_stream;
END;
$$;
