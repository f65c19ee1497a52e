-- Tells the next p_limit platforms after an id, in id order, whose available funds have fallen below their threshold
-- (their own, or a tenth of what is held): once, until the funds have been at it again. A threshold of 0 is never
-- reached.
--
-- Returns: the last id looked at, platforms looked at, platforms told
-- Locks:   the alerts of platforms that crossed their threshold; a second run at once waits, and finds nothing to tell
-- Cost:    O(p_limit)
-- Test:    tests/jobs/test_alert_balances.py

CREATE OR REPLACE FUNCTION alert_balances(
    p_after uuid, p_limit integer, OUT last_id uuid, OUT seen integer, OUT alerted integer
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_platforms uuid [] := ARRAY(SELECT p.id FROM platforms AS p WHERE p.id > p_after ORDER BY p.id LIMIT p_limit);
BEGIN
    seen := cardinality(v_platforms);
    last_id := coalesce(v_platforms[seen], p_after);

    WITH funds AS (
        SELECT
            a.owner_id AS platform_id, b.platform_id IS NOT NULL AS is_known,
            coalesce(sum(a.balance) FILTER (WHERE a.kind = 'platform_available'), 0) AS available,
            coalesce(b.threshold, sum(a.balance) FILTER (WHERE a.kind = 'platform_held') / 10, 0) AS threshold
        FROM ledger.accounts AS a
        LEFT JOIN ops.balance_alerts AS b ON a.owner_id = b.platform_id
        WHERE a.owner_id = ANY(v_platforms)
        GROUP BY a.owner_id, b.platform_id
    ),

    crossed AS (
        INSERT INTO ops.balance_alerts AS b (platform_id, is_low)
        SELECT f.platform_id, f.available < f.threshold
        FROM funds AS f
        WHERE f.is_known OR f.available < f.threshold
        ORDER BY f.platform_id
        ON CONFLICT (platform_id) DO UPDATE SET is_low = excluded.is_low
        WHERE b.is_low <> excluded.is_low
        RETURNING b.platform_id, b.is_low
    )

    INSERT INTO ops.outbox (event, platform_id, object_type, object_id, payload)
    SELECT
        'platform.balance_low', c.platform_id, 'platform', c.platform_id,
        jsonb_build_object('available', f.available::text, 'threshold', round(f.threshold, 6)::text)
    FROM crossed AS c
    INNER JOIN funds AS f ON c.platform_id = f.platform_id
    WHERE c.is_low;
    GET DIAGNOSTICS alerted = ROW_COUNT;
END;
$$;
