-- What the calling worker was credited with on each of the last days, by platform: pay and releases, never advances.
-- Days are UTC and whole: 1 day ago is yesterday. A day without pay has no row.
-- As owner, because row security would look up the accounts of each transfer; it reaches the caller's own alone.
--
-- Returns: the platform, how many days ago, the sum in USDC
-- Cost:    O(his credits in those days), by the index on (credit_account, created_at): 0.15 s for eight weeks by the
--          minute
-- Test:    tests/schema/test_advances.py

CREATE OR REPLACE FUNCTION daily_earnings(p_days integer)
RETURNS TABLE (platform_id uuid, days_ago integer, amount numeric)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    WITH today AS (
        SELECT date_trunc('day', statement_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS day
    )

    SELECT a.platform_id, e.days_ago, e.amount
    FROM today AS t
    CROSS JOIN ledger.accounts AS a
    CROSS JOIN LATERAL (
        SELECT
            1 + floor(extract(EPOCH FROM t.day - interval '1 microsecond' - x.event_at) / 86400)::integer AS days_ago,
            sum(x.amount) AS amount
        FROM ledger.transfers AS x
        WHERE x.credit_account = a.id AND x.reason IN ('pay', 'release')
            AND x.event_at >= t.day - p_days * interval '1 day' AND x.event_at < t.day
            -- A transfer is written after what it tells of; this is what the index is sorted by.
            AND x.created_at >= t.day - p_days * interval '1 day'
        GROUP BY 1
    ) AS e
    WHERE a.owner_id = ops.tenant() AND a.kind = 'worker_available'
$$;
