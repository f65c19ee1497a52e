-- How late the oldest open work of a job is, in seconds; 0 when nothing is due, or the job's work has no hour. Jobs ask
-- when they are done: it is what a run has left over. As owner, because the signer sees no streams.
--
-- Cost:  O(1), by the indexes that the jobs themselves use; webhooks O(endpoints), payouts O(payouts that wait)
-- Test:  tests/schema/test_job_lag.py

CREATE OR REPLACE FUNCTION ops.job_lag(p_job text) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT greatest(0, ceil(extract(EPOCH FROM statement_timestamp() - CASE p_job
        WHEN 'release_streams' THEN (SELECT min(s.next_release_at) FROM streams AS s WHERE s.status = 'active')
        WHEN 'deliver_webhooks' THEN (
            SELECT min(d.next_attempt_at)
            FROM ops.webhook_endpoints AS e
            CROSS JOIN LATERAL (
                SELECT w.next_attempt_at
                FROM ops.webhook_deliveries AS w
                WHERE w.endpoint_id = e.id AND w.status = 'pending'
                    AND (w.leased_until IS NULL OR w.leased_until <= statement_timestamp())
                ORDER BY w.next_attempt_at
                LIMIT 1
            ) AS d
            WHERE e.disabled_at IS NULL
        )
        WHEN 'settle_payouts' THEN (
            SELECT t.created_at
            FROM transactions AS t
            INNER JOIN workers AS w ON t.worker_id = w.id
            WHERE t.tx_type = 'payout' AND t.status = 'pending'
                AND coalesce(t.to_address, w.wallet_address) IS NOT NULL
                AND NOT EXISTS (SELECT FROM ops.settlement_payments AS p WHERE p.transaction_id = t.id)
            ORDER BY t.id
            LIMIT 1
        )
        WHEN 'submit_settlements' THEN (
            SELECT min(s.created_at) FROM ops.settlements AS s WHERE s.state IN ('queued', 'reserved', 'signed')
        )
        WHEN 'confirm_settlements' THEN (
            SELECT min(s.created_at) FROM ops.settlements AS s WHERE s.state = 'broadcast'
        )
        WHEN 'index_deposits' THEN (SELECT max(c.updated_at) FROM ops.chain_cursors AS c)
        WHEN 'seal_audit' THEN (
            SELECT a.created_at
            FROM ops.audit_waiting AS w
            INNER JOIN audit_logs AS a ON w.audit_id = a.id
            ORDER BY w.xid
            LIMIT 1
        )
        WHEN 'run_reports' THEN (
            SELECT min(r.created_at) FROM ops.reports AS r
            WHERE r.status IN ('queued', 'running')
                AND (r.leased_until IS NULL OR r.leased_until < statement_timestamp())
        )
    END)))::integer
$$;
