-- Releases streams that are due as release_due does, of some platforms alone, platform by platform. Workers on
-- different platforms touch different accounts, so that they do not wait for each other; those on one platform share
-- its streams.
--
-- Returns: streams looked at, streams with money released, streams that failed, the sum in USDC
-- Locks:   as release_due
-- Cost:    O(p_limit + platforms), by the partial index on platform_id and next_release_at
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
        FROM streams AS s
        WHERE s.platform_id = ANY(p_platforms) AND s.status = 'active' AND s.next_release_at <= v_now
        ORDER BY s.platform_id, s.next_release_at
        LIMIT p_limit
        FOR NO KEY UPDATE SKIP LOCKED
    );
    due := cardinality(v_streams);
    SELECT b.released, b.failed, b.amount INTO released, failed, amount FROM release_batch(v_streams, v_now) AS b;
END;
$$;
