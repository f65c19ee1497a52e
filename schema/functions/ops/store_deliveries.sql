-- Notes what became of attempts: [{id, attempts, succeeded, gone, response_status, response_body, latency_ms, error,
-- retry_seconds}], where retry_seconds is missing when no attempt follows. An endpoint that says it is gone, and one
-- that has done nothing but fail for five days, is disabled.
--
-- Returns: the endpoints disabled
-- Locks:   the endpoints, then the deliveries, each in id order
-- Cost:    O(results)
-- Test:    tests/jobs/test_deliver_webhooks.py

CREATE OR REPLACE FUNCTION ops.store_deliveries(p_results jsonb) RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    v_gone uuid [];
    v_failing uuid [];
BEGIN
    PERFORM FROM ops.webhook_endpoints AS e
    WHERE e.id IN (
        SELECT d.endpoint_id FROM ops.webhook_deliveries AS d
        INNER JOIN jsonb_to_recordset(p_results) AS r (id uuid) ON d.id = r.id
    )
    ORDER BY e.id
    FOR NO KEY UPDATE;
    PERFORM FROM ops.webhook_deliveries AS d
    WHERE d.id IN (SELECT r.id FROM jsonb_to_recordset(p_results) AS r (id uuid))
    ORDER BY d.id
    FOR NO KEY UPDATE;

    WITH results AS (
        SELECT r.*
        FROM jsonb_to_recordset(p_results) AS r (
            id uuid, attempts integer, succeeded boolean, gone boolean, response_status integer, response_body text, latency_ms integer,
            error text, retry_seconds double precision
        )
    ),

    stored AS (
        UPDATE ops.webhook_deliveries AS d
        SET
            status = CASE
                WHEN r.succeeded THEN 'succeeded' WHEN r.retry_seconds IS NULL THEN 'failed' ELSE 'pending'
            END,
            next_attempt_at = CASE
                WHEN NOT r.succeeded THEN clock_timestamp() + r.retry_seconds * interval '1 second'
            END,
            leased_until = NULL,
            response_status = r.response_status,
            response_body = r.response_body,
            latency_ms = r.latency_ms,
            error = r.error
        FROM results AS r
        -- Another attempt may have begun since, or the count anew: then this one is no news.
        WHERE d.id = r.id AND d.status = 'pending' AND d.attempts = r.attempts AND d.leased_until IS NOT NULL
        RETURNING d.endpoint_id, r.succeeded, r.gone
    ),

    told AS (
        SELECT s.endpoint_id, bool_or(s.succeeded) AS succeeded, bool_or(s.gone) AS gone
        FROM stored AS s
        GROUP BY s.endpoint_id
    ),

    changed AS (
        UPDATE ops.webhook_endpoints AS e
        SET failing_since = CASE WHEN NOT t.succeeded THEN coalesce(e.failing_since, clock_timestamp()) END
        FROM told AS t
        WHERE e.id = t.endpoint_id AND t.succeeded <> (e.failing_since IS NULL)
    )

    SELECT
        coalesce(array_agg(e.id) FILTER (WHERE t.gone), '{}'),
        coalesce(array_agg(e.id) FILTER (
            WHERE NOT t.gone AND NOT t.succeeded AND e.failing_since < clock_timestamp() - interval '5 days'
        ), '{}')
    INTO v_gone, v_failing
    FROM told AS t
    INNER JOIN ops.webhook_endpoints AS e ON t.endpoint_id = e.id
    WHERE e.disabled_at IS NULL;

    IF cardinality(v_gone) > 0 THEN
        PERFORM ops.disable_endpoints(v_gone, 'gone');
    END IF;
    IF cardinality(v_failing) > 0 THEN
        PERFORM ops.disable_endpoints(v_failing, 'failing');
    END IF;
    RETURN cardinality(v_gone) + cardinality(v_failing);
END;
$$;
