-- Divides what is due into shards of about p_size streams, for workers to release side by side: a few small platforms
-- together, or a share of a large one. Each due stream is counted in one shard. A platform weighs a hundredth of a
-- shard at least, so that a shard names two hundred at most.
--
-- Returns: the platforms of each shard, and how many of their streams it is to release; the shares of one platform lie
--          apart, because they wait for each other's account
-- Cost:    O(streams that are due)
-- Test:    tests/schema/test_fan_out.py

CREATE OR REPLACE FUNCTION release_shards(p_as_of timestamptz, p_size integer)
RETURNS TABLE (platforms uuid[], due integer)
LANGUAGE sql STABLE
AS $$
    WITH waiting AS (
        SELECT d.platform_id, count(*)::integer AS streams
        FROM ops.due_streams AS d
        WHERE d.next_release_at <= least(p_as_of, clock_timestamp())
        GROUP BY d.platform_id
    ),

    small AS (
        SELECT
            w.platform_id, w.streams,
            sum(greatest(w.streams, p_size / 100)) OVER (ORDER BY w.platform_id) / p_size AS shard
        FROM waiting AS w
        WHERE w.streams < p_size
    ),

    shards AS (
        SELECT array_agg(s.platform_id) AS platforms, sum(s.streams)::integer AS due, 0 AS share
        FROM small AS s
        GROUP BY s.shard
        UNION ALL
        SELECT ARRAY[w.platform_id], least(p_size, w.streams - n.share * p_size), n.share
        FROM waiting AS w
        CROSS JOIN generate_series(0, (w.streams - 1) / p_size) AS n (share)
        WHERE w.streams >= p_size
    )

    SELECT s.platforms, s.due FROM shards AS s ORDER BY s.share, s.platforms
$$;
