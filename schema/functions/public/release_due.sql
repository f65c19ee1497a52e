-- Releases the streams that are due, at most p_limit of them, those that wait longest first. Two ticks at once share
-- the work: each takes what the other has not locked. A tick that was missed costs delay, never money.
--
-- Returns: streams looked at, streams with money released, streams that failed, the sum in USDC
-- Locks:   the streams, skipping those that somebody else holds; then as release_streams
-- Cost:    O(p_limit), by the index of ops.due_streams, whatever the number of streams
-- Test:    tests/schema/test_release.py

CREATE OR REPLACE FUNCTION release_due(
    p_as_of timestamptz, p_limit integer,
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
        -- The stream that is locked is asked again, as another tick may just have released it. By an expression: of two
        -- columns the planner would expect next to nothing to be both, and read all that is due for each batch.
        WHERE d.next_release_at <= v_now AND coalesce(s.next_release_at, 'infinity') <= v_now
        ORDER BY d.next_release_at
        LIMIT p_limit
        FOR NO KEY UPDATE OF s SKIP LOCKED
    );
    due := cardinality(v_streams);
    SELECT b.released, b.failed, b.amount INTO released, failed, amount FROM release_batch(v_streams, v_now) AS b;
END;
$$;
