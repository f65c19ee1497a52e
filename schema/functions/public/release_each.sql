-- Releases the given streams one by one, after releasing them as a set has failed: what is wrong with one of them keeps
-- no other from its pay. A stream that fails is left as it was and tried again in an hour.
--
-- Returns: streams with money released, the sum in USDC, the streams that failed
-- Locks:   as release_streams, stream by stream
-- Cost:    O(streams), each with a subtransaction
-- Test:    tests/schema/test_release.py

CREATE OR REPLACE FUNCTION release_each(
    p_streams uuid[], p_as_of timestamptz, OUT released integer, OUT amount numeric, OUT failed uuid[]
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_stream uuid;
    v_one record;
BEGIN
    released := 0;
    amount := 0;
    failed := '{}';
    FOREACH v_stream IN ARRAY p_streams LOOP
        BEGIN
            SELECT r.released, r.amount INTO v_one FROM release_streams(ARRAY[v_stream], p_as_of) AS r;
            released := released + v_one.released;
            amount := amount + v_one.amount;
        EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
            failed := failed || v_stream;
            UPDATE streams AS s SET next_release_at = p_as_of + interval '1 hour' WHERE s.id = v_stream;
        END;
    END LOOP;
END;
$$;
