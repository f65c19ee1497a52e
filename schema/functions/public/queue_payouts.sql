-- Begins a payout for each worker and platform where enough waits: p_threshold USDC at once, p_minimum once it has
-- waited for p_max_age, and then everything that is there. Workers without a wallet are passed over; so is, for
-- p_max_age, whose payout has failed: what does not get through is not tried at each tick. Two runs at once share the
-- work, and an account that somebody else moves at the moment is left to the next.
--
-- Returns: how many payouts, and their sum in USDC
-- Locks:   the counters of streams that have released to them; then the accounts, skipping those that are held
-- Cost:    a pass over the accounts, and O(p_limit)
-- Test:    tests/jobs/test_settle_payouts.py

CREATE OR REPLACE FUNCTION queue_payouts(
    p_as_of timestamptz, p_minimum numeric, p_threshold numeric, p_max_age interval, p_limit integer,
    OUT queued integer, OUT amount numeric
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_since timestamptz := least(p_as_of, clock_timestamp()) - p_max_age;
    v_accounts uuid [];
    v_amounts numeric [];
    v_streams uuid [];
BEGIN
    v_accounts := ARRAY(
        SELECT a.id
        FROM ledger.accounts AS a
        INNER JOIN workers AS w ON a.owner_id = w.id AND w.wallet_address IS NOT NULL
        WHERE a.kind = 'worker_available' AND a.balance > 0 AND a.balance >= p_minimum
            AND (a.balance >= p_threshold OR a.paid_out_at <= v_since)
            AND NOT EXISTS (
                SELECT FROM transactions AS t
                WHERE t.worker_id = a.owner_id AND t.platform_id = a.platform_id
                    AND t.tx_type = 'payout' AND t.status = 'failed' AND t.updated_at > v_since
            )
        ORDER BY a.paid_out_at, a.id
        LIMIT p_limit
    );
    PERFORM ledger.account('worker_settling', a.owner_id, a.platform_id)
    FROM ledger.accounts AS a
    WHERE a.id = ANY(v_accounts)
    ORDER BY a.id;
    v_streams := ops.lock_releases(v_accounts);

    -- Asked again of what is held now: another run may have emptied it.
    SELECT coalesce(array_agg(l.id), '{}'), array_agg(l.balance), coalesce(sum(l.balance), 0)
    INTO v_accounts, v_amounts, queue_payouts.amount
    FROM (
        SELECT a.id, a.balance
        FROM ledger.accounts AS a
        INNER JOIN ledger.accounts AS s
            ON a.owner_id = s.owner_id AND s.kind = 'worker_settling' AND a.platform_id = s.platform_id
        WHERE a.id = ANY(v_accounts) AND a.balance > 0 AND a.balance >= p_minimum
            AND (a.balance >= p_threshold OR a.paid_out_at <= v_since)
        FOR NO KEY UPDATE OF a, s SKIP LOCKED
    ) AS l;
    queued := cardinality(v_accounts);
    IF queued > 0 THEN
        PERFORM ops.start_payouts(v_accounts, v_amounts, v_streams);
    END IF;
END;
$$;
