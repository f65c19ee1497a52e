-- Releases streams that are due as release_due does, of some platforms alone, platform by platform. Workers on
-- different platforms touch different accounts, so that they do not wait for each other; those on one platform share
-- its streams.
--
-- Returns: streams looked at, streams with money released, streams that failed, the sum in USDC
-- Locks:   as release_due
-- Cost:    O(p_limit + platforms), by the index of ops.due_streams on platform and time
-- Test:    tests/schema/test_fan_out.py

CREATE OR REPLACE FUNCTION release_shard(
    p_as_of timestamptz, p_platforms uuid[], p_limit integer,
    OUT due integer, OUT released integer, OUT failed integer, OUT amount numeric
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_now timestamptz := least(p_as_of, clock_timestamp());
    v_streams uuid [];
BEGIN
    v_streams := ARRAY(
        SELECT s.id
        FROM ops.due_streams AS d
        INNER JOIN streams AS s ON d.stream_id = s.id
        -- Asked twice as in release_due.
        WHERE d.platform_id = ANY(p_platforms) AND d.next_release_at <= v_now
            AND coalesce(s.next_release_at, 'infinity') <= v_now
        ORDER BY d.platform_id, d.next_release_at
        LIMIT p_limit
        FOR NO KEY UPDATE OF s SKIP LOCKED
    );
    due := cardinality(v_streams);
    SELECT b.released, b.failed, b.amount INTO released, failed, amount FROM release_batch(v_streams, v_now) AS b;
END;
$$;
