-- What the calling worker was credited with on each of the last days, by platform: pay and releases, never advances.
-- Days are UTC and whole: 1 day ago is yesterday. A day without pay has no row.
-- As owner, because row security would look up the accounts of each transfer; it reaches the caller's own alone.
--
-- Returns: the platform, how many days ago, the sum in USDC
-- Cost:    O(his credits in those days), by the index on (credit_account, id)
-- Test:    tests/schema/test_advances.py

CREATE OR REPLACE FUNCTION daily_earnings(p_days integer)
RETURNS TABLE (platform_id uuid, days_ago integer, amount numeric)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    WITH today AS (
        SELECT date_trunc('day', statement_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS day
    )

    SELECT a.platform_id, d.days_ago, sum(x.amount)
    FROM today AS t
    CROSS JOIN ledger.accounts AS a
    INNER JOIN ledger.transfers AS x ON a.id = x.credit_account
    CROSS JOIN LATERAL (
        SELECT ceil(extract(EPOCH FROM t.day - x.event_at) / 86400)::integer AS days_ago
    ) AS d
    WHERE a.owner_id = ops.tenant() AND a.kind = 'worker_available'
        AND x.reason IN ('pay', 'release')
        -- An id is made after what it tells of: older ids are of older pay.
        AND x.id >= ops.uuid_v7(t.day - p_days * interval '1 day')
        AND d.days_ago BETWEEN 1 AND p_days
    GROUP BY a.platform_id, d.days_ago
$$;
