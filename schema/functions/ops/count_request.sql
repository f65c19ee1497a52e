-- Counts one request of a caller in the present minute and says how many are left.
--
-- Raises:  GS004 when the minute is full; DETAIL is the number of seconds until it ends
-- Locks:   the caller's row; the count is a transaction of its own, so the lock lasts no longer than this
-- Cost:    O(1)
-- Test:    tests/queries/test_db_requests.py

CREATE OR REPLACE FUNCTION ops.count_request(
    p_key text, p_limit integer, OUT "limit" integer, OUT remaining integer, OUT reset integer
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
DECLARE
    v_minute CONSTANT timestamptz := date_trunc('minute', clock_timestamp());
    v_requests integer;
BEGIN
    INSERT INTO ops.rate_limits AS r (key, minute, requests)
    VALUES (p_key, v_minute, 1)
    ON CONFLICT (key) DO UPDATE
    SET minute = greatest(r.minute, excluded.minute),
        requests = CASE WHEN r.minute >= excluded.minute THEN r.requests + 1 ELSE 1 END
    RETURNING r.requests INTO v_requests;

    "limit" := p_limit;
    remaining := p_limit - v_requests;
    reset := ceil(60 - extract(SECOND FROM clock_timestamp()));
    IF remaining < 0 THEN
        RAISE EXCEPTION 'more than % requests in a minute', p_limit USING ERRCODE = 'GS004', DETAIL = reset;
    END IF;
END;
$$;
