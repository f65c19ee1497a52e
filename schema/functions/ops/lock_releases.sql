-- Holds the event counters of the streams that have released pay into workers' accounts which no payout has told of
-- yet: for whoever begins a payout, ahead of the accounts, as a stream that ends takes its counter before its accounts.
--
-- Returns: the streams
-- Locks:   their event counters, in id order
-- Cost:    O(releases since the accounts were last paid out)
-- Test:    tests/jobs/test_settle_payouts.py

CREATE OR REPLACE FUNCTION ops.lock_releases(p_accounts uuid[]) RETURNS uuid[]
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    WITH locked AS (
        SELECT c.object_id
        FROM ops.event_counters AS c
        WHERE c.object_id IN (
            SELECT x.stream_id
            FROM ledger.accounts AS a
            -- A release that waited for the account has an older time than the payout it waited for; none waits so
            -- long.
            INNER JOIN ledger.transfers AS x
                ON a.id = x.credit_account AND x.created_at > a.paid_out_at - interval '5 minutes'
            WHERE a.id = ANY(p_accounts) AND x.reason = 'release'
                AND NOT EXISTS (
                    SELECT FROM ops.told_releases AS t
                    WHERE t.stream_id = x.stream_id AND x.source_seq BETWEEN t.first_seq AND t.last_seq
                )
        )
        ORDER BY c.object_id
        FOR NO KEY UPDATE
    )

    SELECT coalesce(array_agg(l.object_id), '{}') FROM locked AS l
$$;
