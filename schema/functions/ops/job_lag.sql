-- How late the oldest open work of a job is, in seconds; 0 when nothing is due. Jobs ask when they are done: it is what
-- a run has left over. A payout is late from its beginning on, each settlement from when it was made: when the chain
-- is to be asked again makes it no younger.
--
-- Cost:  as ops.next_due, but for payouts: O(payouts that wait)
-- Test:  tests/schema/test_job_lag.py

CREATE OR REPLACE FUNCTION ops.job_lag(p_job text) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT greatest(0, ceil(extract(EPOCH FROM statement_timestamp() - CASE p_job
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
            SELECT min(s.created_at) FROM ops.settlements AS s WHERE s.state IN ('broadcast', 'conflict')
        )
        WHEN 'index_deposits' THEN (SELECT max(c.updated_at) FROM ops.chain_cursors AS c)
        ELSE ops.next_due(p_job, statement_timestamp(), NULL, NULL)
    END)))::integer
$$;
