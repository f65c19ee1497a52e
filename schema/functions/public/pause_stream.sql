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
BEGIN
    RETURN ops.halt_stream(ops.lock_stream(p_stream_id, '{active}'));
END;
$$;
