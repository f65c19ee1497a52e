-- Stops the accrual of an active stream, which the caller has locked; what has accrued is released first.
--
-- Returns: the stream, paused
-- Locks:   the stream's event counter; then the two accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_streams.py

CREATE OR REPLACE FUNCTION ops.halt_stream(p_stream streams) RETURNS streams
LANGUAGE plpgsql
AS $$
DECLARE
    v_now timestamptz := date_trunc('second', least(clock_timestamp(), p_stream.end_time - interval '1 second'));
    v_stream streams;
BEGIN
    PERFORM ops.lock_events(p_stream.id);
    PERFORM release_streams(ARRAY[p_stream.id], v_now);

    UPDATE streams AS s SET status = 'paused', paused_at = v_now, next_release_at = NULL WHERE s.id = p_stream.id
    RETURNING s.* INTO v_stream;

    PERFORM ops.audit('stream.paused', 'stream', v_stream.id);
    PERFORM ops.emit(
        'stream.paused', v_stream.platform_id, v_stream.worker_id, 'stream', v_stream.id,
        jsonb_build_object('released_amount', v_stream.released_amount::text)
    );
    RETURN v_stream;
END;
$$;
