-- Stops a stream's accrual; what has accrued is released first.
--
-- Returns: the stream, paused
-- Raises:  GS001, GS003; GS011 when it is not active or is at its end (the next tick completes it)
-- Locks:   the stream; then the two accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_streams.py

CREATE OR REPLACE FUNCTION pause_stream(p_stream_id uuid) RETURNS streams
LANGUAGE plpgsql
AS $$
DECLARE
    v_stream streams := ops.lock_stream(p_stream_id, '{active}');
    v_now timestamptz := date_trunc('second', least(clock_timestamp(), v_stream.end_time - interval '1 second'));
BEGIN
    PERFORM release_streams(ARRAY[p_stream_id], v_now);

    UPDATE streams AS s SET status = 'paused', paused_at = v_now, next_release_at = NULL WHERE s.id = p_stream_id
    RETURNING s.* INTO v_stream;

    PERFORM ops.audit('stream.paused', 'stream', p_stream_id);
    PERFORM ops.emit(
        'stream.paused', v_stream.platform_id, v_stream.worker_id, 'stream', p_stream_id,
        jsonb_build_object('released_amount', v_stream.released_amount::text)
    );
    RETURN v_stream;
END;
$$;
