-- Releases the streams that are due, at most p_limit of them, and writes one audit row for the batch. Two ticks at once
-- share the work: each takes what the other has not locked. A tick that was missed costs delay, never money.
--
-- Returns: streams looked at, streams with money released, the sum in USDC
-- Locks:   the streams, skipping those that somebody else holds; then as release_streams
-- Cost:    O(p_limit), by the partial index on next_release_at, whatever the number of streams
-- Test:    tests/schema/test_release.py

CREATE OR REPLACE FUNCTION release_due(
    p_as_of timestamptz, p_limit integer, OUT due integer, OUT released integer, OUT amount numeric
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
        WHERE s.status = 'active' AND s.next_release_at <= v_now
        ORDER BY s.next_release_at
        LIMIT p_limit
        FOR NO KEY UPDATE SKIP LOCKED
    );
    due := cardinality(v_streams);
    IF due = 0 THEN
        released := 0;
        amount := 0;
        RETURN;
    END IF;

    SELECT r.released, r.amount INTO released, amount FROM release_streams(v_streams, v_now) AS r;
    PERFORM ops.audit(
        'streams.released', 'stream', NULL,
        jsonb_build_object('as_of', v_now, 'due', due, 'released', released, 'amount', amount::text)
    );
END;
$$;
