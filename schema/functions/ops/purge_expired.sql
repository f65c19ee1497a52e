-- Deletes what is kept for a time only, where that time has passed by p_as_of (never later than now): of each table at
-- most p_limit rows, so that a call is a short transaction; the job calls again until nothing is left. A table more is
-- a statement more, and an index on the column that it asks, unless the table stays small.
--
-- Returns: each table and how many of its rows went
-- Locks:   those rows; the ones that somebody else holds wait for the next call
-- Cost:    O(p_limit)
-- Test:    tests/jobs/test_purge_expired.py

CREATE OR REPLACE FUNCTION ops.purge_expired(p_as_of timestamptz, p_limit integer)
RETURNS TABLE (name text, purged integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
DECLARE
    v_now CONSTANT timestamptz := least(p_as_of, clock_timestamp());
BEGIN
    RETURN QUERY WITH gone AS (DELETE FROM ops.rate_limits WHERE ctid = ANY(ARRAY(
        SELECT e.ctid FROM ops.rate_limits AS e
        WHERE e.minute < v_now - interval '1 hour' LIMIT p_limit FOR UPDATE SKIP LOCKED
    )) RETURNING 1) SELECT 'rate_limits', count(*)::integer FROM gone;

    -- A token that has expired opens nothing, and using it again gives nobody away any more.
    RETURN QUERY WITH gone AS (DELETE FROM ops.refresh_tokens WHERE ctid = ANY(ARRAY(
        SELECT e.ctid FROM ops.refresh_tokens AS e
        WHERE e.expires_at < v_now LIMIT p_limit FOR UPDATE SKIP LOCKED
    )) RETURNING 1) SELECT 'refresh_tokens', count(*)::integer FROM gone;

    -- Twice the 24 hours that are promised.
    RETURN QUERY WITH gone AS (DELETE FROM ops.idempotency_keys WHERE ctid = ANY(ARRAY(
        SELECT e.ctid FROM ops.idempotency_keys AS e
        WHERE e.created_at < v_now - interval '2 days' LIMIT p_limit FOR UPDATE SKIP LOCKED
    )) RETURNING 1) SELECT 'idempotency_keys', count(*)::integer FROM gone;

    RETURN QUERY WITH gone AS (DELETE FROM ops.sign_in_failures WHERE ctid = ANY(ARRAY(
        SELECT e.ctid FROM ops.sign_in_failures AS e
        WHERE e.last_failed_at < v_now - interval '15 minutes' LIMIT p_limit FOR UPDATE SKIP LOCKED
    )) RETURNING 1) SELECT 'sign_in_failures', count(*)::integer FROM gone;

    RETURN QUERY WITH gone AS (DELETE FROM ops.wallet_nonces WHERE ctid = ANY(ARRAY(
        SELECT e.ctid FROM ops.wallet_nonces AS e
        WHERE e.expires_at < v_now LIMIT p_limit FOR UPDATE SKIP LOCKED
    )) RETURNING 1) SELECT 'wallet_nonces', count(*)::integer FROM gone;

    -- An invite holds a person's name and address; accepted or not, after a month it is of no use.
    RETURN QUERY WITH gone AS (DELETE FROM ops.invites WHERE ctid = ANY(ARRAY(
        SELECT e.ctid FROM ops.invites AS e
        WHERE e.expires_at < v_now - interval '30 days' LIMIT p_limit FOR UPDATE SKIP LOCKED
    )) RETURNING 1) SELECT 'invites', count(*)::integer FROM gone;

    -- One that was accepted stays with its loan.
    RETURN QUERY WITH gone AS (DELETE FROM ops.loan_quotes WHERE ctid = ANY(ARRAY(
        SELECT e.ctid FROM ops.loan_quotes AS e
        WHERE e.loan_id IS NULL AND e.expires_at < v_now - interval '1 day' LIMIT p_limit FOR UPDATE SKIP LOCKED
    )) RETURNING 1) SELECT 'loan_quotes', count(*)::integer FROM gone;

    -- The log of deliveries; the event itself stays in the feed.
    RETURN QUERY WITH gone AS (DELETE FROM ops.webhook_deliveries WHERE ctid = ANY(ARRAY(
        SELECT e.ctid FROM ops.webhook_deliveries AS e
        WHERE e.status <> 'pending' AND e.created_at < v_now - interval '30 days' LIMIT p_limit FOR UPDATE SKIP LOCKED
    )) RETURNING 1) SELECT 'webhook_deliveries', count(*)::integer FROM gone;

    -- Older than those that are still taken, so none can come again as new.
    RETURN QUERY WITH gone AS (DELETE FROM ops.circle_notifications WHERE ctid = ANY(ARRAY(
        SELECT e.ctid FROM ops.circle_notifications AS e
        WHERE e.received_at < v_now - interval '30 days' LIMIT p_limit FOR UPDATE SKIP LOCKED
    )) RETURNING 1) SELECT 'circle_notifications', count(*)::integer FROM gone;
END;
$$;
