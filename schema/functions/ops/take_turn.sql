-- Takes the next turn at something that all processes together may do once an interval. A turn that is taken and not
-- used is lost; that is what makes it one statement.
--
-- Returns: the seconds to wait until it is due, at most p_patience; NULL, and no turn, when it would be more
-- Locks:   the row of p_name, for this statement only: the transaction holds nothing else
-- Cost:    O(1)
-- Test:    tests/queries/test_turns.py

CREATE OR REPLACE FUNCTION ops.take_turn(p_name text, p_interval interval, p_patience interval) RETURNS double precision
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
    -- The clock is read when the row is locked, not when the statement began to wait for it. A turn that is due in a
    -- minute was taken before the clock was set back.
    INSERT INTO ops.turns AS t (name, next_at)
    VALUES (p_name, clock_timestamp() + p_interval)
    ON CONFLICT (name) DO UPDATE
    SET next_at = p_interval + CASE
        WHEN t.next_at > clock_timestamp() + p_patience + interval '1 minute' THEN clock_timestamp()
        ELSE greatest(t.next_at, clock_timestamp())
    END
    WHERE t.next_at <= clock_timestamp() + p_patience
        OR t.next_at > clock_timestamp() + p_patience + interval '1 minute'
    RETURNING greatest(0, extract(EPOCH FROM next_at - p_interval - clock_timestamp()))
$$;
