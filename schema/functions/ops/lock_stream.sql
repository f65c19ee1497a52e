-- The caller's own stream, locked, in one of the given states.
--
-- Raises:  GS003 when the caller is not a platform, GS001 when the stream is not there or not the caller's,
--          GS011 when it is in another state or its task is disputed
-- Locks:   the stream; its task against deletion
-- Test:    tests/schema/test_streams.py

CREATE OR REPLACE FUNCTION ops.lock_stream(p_stream_id uuid, p_states text[]) RETURNS streams
LANGUAGE plpgsql
AS $$
DECLARE
    v_stream streams;
BEGIN
    -- The task too: a stream that one transaction writes twice has its foreign keys checked again, after the money.
    SELECT s.* INTO v_stream
    FROM streams AS s
    INNER JOIN tasks AS t ON s.task_id = t.id
    WHERE s.id = p_stream_id AND s.platform_id = ops.require_platform()
    FOR NO KEY UPDATE OF s FOR KEY SHARE OF t;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no stream %', p_stream_id USING ERRCODE = 'GS001';
    END IF;
    -- Asked anew: the task may have been disputed while this waited for its stream.
    IF EXISTS (SELECT FROM tasks AS t WHERE t.id = v_stream.task_id AND t.status = 'disputed') THEN
        RAISE EXCEPTION 'the task is disputed' USING ERRCODE = 'GS011';
    END IF;
    IF v_stream.status <> ALL(p_states) OR (v_stream.status = 'active' AND v_stream.end_time <= clock_timestamp()) THEN
        RAISE EXCEPTION 'the stream is %, not %',
            CASE
                WHEN v_stream.status = 'active' AND v_stream.end_time <= clock_timestamp() THEN 'at its end'
                ELSE v_stream.status
            END,
            array_to_string(p_states, ' or ')
            USING ERRCODE = 'GS011';
    END IF;
    RETURN v_stream;
END;
$$;
