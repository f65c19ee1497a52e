-- When a stream is due next: the first whole interval after p_at, counted from the anchor, and at the latest the end.
--
-- Cost:  O(1), however many intervals were missed
-- Test:  tests/schema/test_streams.py

CREATE OR REPLACE FUNCTION next_release(
    p_anchor_time timestamptz, p_end_time timestamptz, p_interval integer, p_at timestamptz
) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN least(
    p_end_time,
    p_anchor_time
    + p_interval * (floor(greatest(0, extract(EPOCH FROM p_at - p_anchor_time)) / p_interval) + 1) * interval '1 second'
);
