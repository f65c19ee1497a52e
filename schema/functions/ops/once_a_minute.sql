-- Notes that something was done just now and may be done again in a minute. The caller holds a lock on what it is done
-- to; in a transaction that fails nothing was done.
--
-- Raises:  GS070 when it was done less than a minute ago; DETAIL is the number of seconds until it may be done again
-- Locks:   the key's row
-- Cost:    O(1)
-- Test:    tests/schema/test_release.py

CREATE OR REPLACE FUNCTION ops.once_a_minute(p_key text) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_now CONSTANT timestamptz := clock_timestamp();
BEGIN
    -- A time ahead of now was written before the clock was set back.
    INSERT INTO ops.rate_limits AS r (key, minute, requests)
    VALUES (p_key, v_now, 1)
    ON CONFLICT (key) DO UPDATE SET minute = v_now
    WHERE r.minute <= v_now - interval '1 minute' OR r.minute > v_now;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'a worker may do this once a minute' USING ERRCODE = 'GS070', DETAIL = (
            SELECT ceil(extract(EPOCH FROM r.minute + interval '1 minute' - v_now))
            FROM ops.rate_limits AS r
            WHERE r.key = p_key
        );
    END IF;
END;
$$;
