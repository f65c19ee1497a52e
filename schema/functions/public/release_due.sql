-- Releases the streams that are due, at most p_limit of them, and writes one audit row for the batch. Two ticks at once
-- share the work: each takes what the other has not locked. A tick that was missed costs delay, never money, and a
-- stream that cannot be released costs the others nothing: the audit row names it.
--
-- Returns: streams looked at, streams with money released, streams that failed, the sum in USDC
-- Locks:   the streams, skipping those that somebody else holds; then as release_streams
-- Cost:    O(p_limit), by the partial index on next_release_at, whatever the number of streams
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
    v_failed uuid [] := '{}';
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
        failed := 0;
        amount := 0;
        RETURN;
    END IF;

    BEGIN
        SELECT r.released, r.amount INTO released, amount FROM release_streams(v_streams, v_now) AS r;
    EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
        SELECT r.released, r.amount, r.failed INTO released, amount, v_failed FROM release_each(v_streams, v_now) AS r;
    END;
    failed := cardinality(v_failed);
    PERFORM ops.audit(
        'streams.released', 'stream', NULL,
        jsonb_build_object(
            'as_of', v_now, 'due', due, 'released', released, 'amount', amount::text, 'failed', v_failed
        )
    );
END;
$$;
