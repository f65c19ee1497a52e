-- A worker's pay with a platform that has accrued and was not released, USDC: what an earned advance is an advance on.
-- Running streams only: a pause releases first, a dispute may still take it away, and what was released is available to
-- him anyway.
--
-- Cost:  O(the worker's running streams)
-- Test:  tests/schema/test_advances.py

CREATE OR REPLACE FUNCTION accrued_pay(p_worker_id uuid, p_platform_id uuid) RETURNS numeric
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(sum(greatest(
        0,
        stream_accrued(s.total_amount, s.anchor_amount, s.anchor_time, s.end_time, clock_timestamp())
        - s.released_amount
    )), 0)
    FROM streams AS s
    INNER JOIN tasks AS t ON s.task_id = t.id
    WHERE s.worker_id = p_worker_id AND s.platform_id = p_platform_id AND s.status = 'active' AND t.status = 'active'
$$;
