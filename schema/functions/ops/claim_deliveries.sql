-- Takes deliveries that are due, for p_lease: at most p_limit in all, and of one endpoint no more than p_each at once,
-- whoever sends them. Endpoints take turns, so that one with a long queue keeps no other waiting. A lease that runs
-- out, because its sender died, makes a delivery due again.
--
-- Returns: what there is to send and whereto; previous_version signs as well, after a rotation
-- Locks:   the endpoints, skipping those that somebody else is at; their deliveries
-- Cost:    O(endpoints with something due + p_limit)
-- Test:    tests/jobs/test_deliver_webhooks.py

CREATE OR REPLACE FUNCTION ops.claim_deliveries(p_limit integer, p_each integer, p_lease interval)
RETURNS TABLE (
    id uuid, attempts integer, endpoint_id uuid, url text, secret_version integer, previous_version integer,
    event_id uuid, event text, created_at timestamptz, sequence bigint, data jsonb
)
LANGUAGE sql VOLATILE
AS $$
    WITH ready AS (
        SELECT e.id
        FROM ops.webhook_endpoints AS e
        WHERE e.disabled_at IS NULL AND EXISTS (
            SELECT FROM ops.webhook_deliveries AS d
            WHERE d.endpoint_id = e.id AND d.status = 'pending' AND d.next_attempt_at <= statement_timestamp()
                AND (d.leased_until IS NULL OR d.leased_until <= statement_timestamp())
        )
        FOR NO KEY UPDATE SKIP LOCKED
    ),

    due AS (
        SELECT d.id
        FROM ready AS r
        CROSS JOIN LATERAL (
            SELECT w.id, w.next_attempt_at, row_number() OVER (ORDER BY w.next_attempt_at) AS turn
            FROM ops.webhook_deliveries AS w
            WHERE w.endpoint_id = r.id AND w.status = 'pending' AND w.next_attempt_at <= statement_timestamp()
                AND (w.leased_until IS NULL OR w.leased_until <= statement_timestamp())
            ORDER BY w.next_attempt_at
            LIMIT greatest(0, p_each - (
                SELECT count(*) FROM ops.webhook_deliveries AS l
                WHERE l.endpoint_id = r.id AND l.leased_until > statement_timestamp()
            ))
        ) AS d
        ORDER BY d.turn, d.next_attempt_at
        LIMIT p_limit
    ),

    taken AS (
        UPDATE ops.webhook_deliveries AS d
        SET leased_until = clock_timestamp() + p_lease, attempts = d.attempts + 1, last_attempt_at = clock_timestamp()
        FROM due AS u
        WHERE d.id = u.id AND d.status = 'pending'
            AND (d.leased_until IS NULL OR d.leased_until <= statement_timestamp())
        RETURNING d.id, d.attempts, d.endpoint_id, d.event_id
    )

    SELECT
        t.id, t.attempts, e.id, e.url, e.secret_version,
        CASE WHEN e.secret_rotated_at > clock_timestamp() - interval '24 hours' THEN e.secret_version - 1 END,
        o.id, o.event, o.created_at, o.sequence,
        ops.event_data(o.object_type, o.object_id, o.worker_id, o.payload)
    FROM taken AS t
    INNER JOIN ops.webhook_endpoints AS e ON t.endpoint_id = e.id
    INNER JOIN ops.outbox AS o ON t.event_id = o.id
$$;
