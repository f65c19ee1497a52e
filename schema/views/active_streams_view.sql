-- The streams that run, with what they have accrued by now, USDC, and when they pay next.
--
-- Cost:  filtered by stream_id, platform_id or worker_id, those streams only
-- Test:  tests/schema/test_views.py

CREATE VIEW active_streams_view WITH (security_invoker = TRUE) AS
SELECT
    s.id AS stream_id,
    s.task_id,
    s.platform_id,
    p.name AS platform_name,
    s.worker_id,
    w.name AS worker_name,
    s.start_time,
    s.end_time,
    s.total_amount,
    s.released_amount,
    a.accrued_amount,
    greatest(0, a.accrued_amount - s.released_amount) AS releasable_amount,
    round(100 * a.accrued_amount / s.total_amount, 2) AS percent_accrued,
    s.next_release_at,
    greatest(0, ceil(extract(EPOCH FROM s.next_release_at - a.as_of)))::integer AS seconds_to_next_release,
    a.as_of
FROM streams AS s
INNER JOIN platforms AS p ON s.platform_id = p.id
INNER JOIN workers AS w ON s.worker_id = w.id
CROSS JOIN
    LATERAL (
        SELECT
            n.as_of,
            stream_accrued(s.total_amount, s.anchor_amount, s.anchor_time, s.end_time, n.as_of) AS accrued_amount
        FROM (SELECT statement_timestamp() AS as_of) AS n
    ) AS a
WHERE s.status = 'active';
