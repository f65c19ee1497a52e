-- Holds a stream's event counter ahead of the accounts, for whoever tells of the stream after it has moved money: a
-- payout takes the counters of what it pays out before its accounts too (ops.lock_releases).
-- As owner, because nobody else sees the counters.
--
-- Locks:  the counter; call it behind tasks and workers, as a stream that ends takes its counter behind them
-- Cost:   one index lookup
-- Test:   tests/faults/test_concurrent_writers.py

CREATE OR REPLACE FUNCTION ops.lock_events(p_stream_id uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT FROM ops.event_counters AS c WHERE c.object_id = p_stream_id FOR NO KEY UPDATE
$$;
