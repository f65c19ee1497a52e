-- Tells, once a payout and stream, what streams have released into the accounts that payouts begin with: all that was
-- not told of before. The caller holds the streams' event counters, so that two payouts do not tell the same.
--
-- Locks:   nothing more
-- Cost:    O(releases that are told of)
-- Test:    tests/jobs/test_settle_payouts.py

CREATE OR REPLACE FUNCTION ops.tell_releases(p_streams uuid[], p_payouts uuid[]) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = public, pg_temp
AS $$
    WITH told AS (
        INSERT INTO ops.told_releases (stream_id, first_seq, last_seq, transaction_id, amount)
        SELECT s.id, n.first_seq, max(x.source_seq), p.id, sum(x.amount)
        FROM transactions AS p
        INNER JOIN streams AS s ON p.worker_id = s.worker_id AND p.platform_id = s.platform_id
        CROSS JOIN LATERAL (
            SELECT coalesce(max(t.last_seq), 0) + 1 AS first_seq FROM ops.told_releases AS t WHERE t.stream_id = s.id
        ) AS n
        INNER JOIN ledger.transfers AS x
            ON s.id = x.stream_id AND x.reason = 'release' AND x.source_seq >= n.first_seq
        WHERE p.id = ANY(p_payouts) AND s.id = ANY(p_streams)
        GROUP BY s.id, n.first_seq, p.id
        RETURNING stream_id, first_seq, last_seq, transaction_id, amount
    )

    INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
    SELECT
        'stream.released', s.platform_id, s.worker_id, 'stream', s.id,
        jsonb_build_object(
            'amount', t.amount::text,
            'released_amount', (
                SELECT sum(x.amount) FROM ledger.transfers AS x
                WHERE x.stream_id = s.id AND x.reason = 'release' AND x.source_seq <= t.last_seq
            )::text,
            'transaction_id', t.transaction_id
        )
    FROM told AS t
    INNER JOIN streams AS s ON t.stream_id = s.id
    ORDER BY s.id
$$;
