-- Releases a batch of streams that the caller has locked, and writes one audit row for it. A stream that cannot be
-- released costs the others nothing: the audit row names it.
--
-- Returns: streams with money released, streams that failed, the sum in USDC
-- Locks:   as release_streams
-- Cost:    O(streams)
-- Test:    tests/schema/test_release.py

CREATE OR REPLACE FUNCTION release_batch(
    p_streams uuid[], p_as_of timestamptz, OUT released integer, OUT failed integer, OUT amount numeric
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_failed uuid [] := '{}';
BEGIN
    IF p_streams = '{}' THEN
        released := 0;
        failed := 0;
        amount := 0;
        RETURN;
    END IF;

    BEGIN
        SELECT r.released, r.amount INTO released, amount FROM release_streams(p_streams, p_as_of) AS r;
    EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
        SELECT r.released, r.amount, r.failed INTO released, amount, v_failed FROM release_each(p_streams, p_as_of) AS r;
    END;
    failed := cardinality(v_failed);
    PERFORM ops.audit(
        'streams.released', 'stream', NULL,
        jsonb_build_object(
            'as_of', p_as_of, 'due', cardinality(p_streams), 'released', released, 'amount', amount::text,
            'failed', v_failed
        )
    );
END;
$$;
