-- Releases now what a stream has accrued, for whoever asks of its two parties: a worker once a minute. At its end it
-- completes.
-- As owner, because the money leaves the platform's held account, out of which row security lets nobody but the
-- platform move any. What a caller decides is the moment and nothing else: to whom and how much is release_streams'
-- arithmetic, the same as a tick's.
--
-- Returns: the stream
-- Raises:  GS001 unless the caller is one of its parties; GS011 when it is not active; GS070 (DETAIL: seconds to wait)
--          when the worker has asked in this minute
-- Locks:   the stream, its task against deletion; its event counter; then as release_streams
-- Cost:    O(1)
-- Test:    tests/schema/test_release.py

CREATE OR REPLACE FUNCTION release_stream(p_stream_id uuid) RETURNS streams
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_stream streams;
    v_amount numeric;
BEGIN
    SELECT s.* INTO v_stream
    FROM streams AS s
    INNER JOIN tasks AS t ON s.task_id = t.id
    WHERE s.id = p_stream_id AND ops.tenant() IN (s.platform_id, s.worker_id)
    FOR NO KEY UPDATE OF s FOR KEY SHARE OF t;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no stream %', p_stream_id USING ERRCODE = 'GS001';
    END IF;
    IF v_stream.status <> 'active' THEN
        RAISE EXCEPTION 'the stream is %, not active', v_stream.status USING ERRCODE = 'GS011';
    END IF;
    IF ops.tenant_kind() = 'worker' THEN
        PERFORM ops.once_a_minute('release:' || p_stream_id);
    END IF;

    IF v_stream.end_time > clock_timestamp() THEN -- at its end release_streams takes the counter, behind the task
        PERFORM ops.lock_events(p_stream_id);
    END IF;
    SELECT r.amount INTO v_amount FROM release_streams(ARRAY[p_stream_id], clock_timestamp()) AS r;
    SELECT s.* INTO v_stream FROM streams AS s WHERE s.id = p_stream_id;

    PERFORM ops.audit('stream.released', 'stream', p_stream_id);
    IF v_amount > 0 THEN
        PERFORM ops.emit(
            'stream.released', v_stream.platform_id, v_stream.worker_id, 'stream', p_stream_id,
            jsonb_build_object('amount', v_amount::text, 'released_amount', v_stream.released_amount::text)
        );
    END IF;
    RETURN v_stream;
END;
$$;
