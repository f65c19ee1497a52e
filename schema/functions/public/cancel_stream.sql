-- Ends a stream for good: what has accrued is released first, the rest goes back to the platform, and the task is
-- cancelled with what it paid. Released plus refunded is the total, to the micro-USDC.
--
-- Returns: the stream, cancelled; remaining_amount is what was refunded
-- Raises:  GS001, GS003; GS011 when it is neither active nor paused or is at its end (the next tick completes it)
-- Locks:   the stream, the task; what its statistics touch; the stream's event counter; the worker's advance; then the
--          accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_streams.py

CREATE OR REPLACE FUNCTION cancel_stream(p_stream_id uuid) RETURNS streams
LANGUAGE plpgsql
AS $$
DECLARE
    v_stream streams := ops.lock_stream(p_stream_id, '{active, paused}');
    v_now timestamptz := least(clock_timestamp(), v_stream.end_time - interval '1 second');
    v_earned numeric := v_stream.released_amount;
BEGIN
    IF v_stream.status = 'active' THEN
        v_earned := greatest(
            v_earned,
            stream_accrued(
                v_stream.total_amount, v_stream.anchor_amount, v_stream.anchor_time, v_stream.end_time, v_now
            )
        );
    END IF;
    UPDATE tasks AS t
    SET status = 'cancelled', cancelled_at = v_now, paid_amount = v_earned
    WHERE t.id = v_stream.task_id;

    PERFORM ops.lock_events(p_stream_id);
    PERFORM ledger.lock_advance(v_stream.worker_id);
    -- The refund before the release: a platform's accounts are older than its workers', and accounts are locked in id
    -- order.
    PERFORM ledger.give_back(v_stream.platform_id, v_stream.total_amount - v_earned, NULL, p_stream_id);
    PERFORM release_streams(ARRAY[p_stream_id], v_now);
    UPDATE streams AS s
    SET status = 'cancelled', cancelled_at = v_now, paused_at = NULL, next_release_at = NULL
    WHERE s.id = p_stream_id
    RETURNING s.* INTO v_stream;

    PERFORM ops.audit('stream.cancelled', 'stream', p_stream_id);
    PERFORM ops.emit(
        'stream.cancelled', v_stream.platform_id, v_stream.worker_id, 'stream', p_stream_id,
        jsonb_build_object(
            'released_amount', v_stream.released_amount::text, 'refunded_amount', v_stream.remaining_amount::text
        )
    );
    RETURN v_stream;
END;
$$;
