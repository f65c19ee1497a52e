-- When the oldest open work of a job is due, or was. A job asks when it is done, and need not look again before. As
-- owner, because the signer sees no streams.
--
-- p_minimum, p_age: pay of so much, USDC, is paid out once it has waited so long
-- Returns: NULL when nothing is open, also for jobs whose work nothing but a write brings
-- Cost:    O(1), by the indexes that the jobs themselves use; webhooks O(endpoints), payouts a pass over the accounts
-- Test:    tests/schema/test_next_due.py

CREATE OR REPLACE FUNCTION ops.next_due(p_job text, p_as_of timestamptz, p_minimum numeric, p_age interval)
RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT CASE
        WHEN p_job = 'release_streams' THEN next_due_release()
        WHEN p_job = 'deliver_webhooks' THEN (
            SELECT min(d.next_attempt_at)
            FROM ops.webhook_endpoints AS e
            CROSS JOIN LATERAL (
                SELECT w.next_attempt_at FROM ops.webhook_deliveries AS w
                WHERE w.endpoint_id = e.id AND w.status = 'pending'
                ORDER BY w.next_attempt_at
                LIMIT 1
            ) AS d
            WHERE e.disabled_at IS NULL
        )
        WHEN p_job = 'settle_payouts' THEN least(
            (
                SELECT min(t.created_at)
                FROM transactions AS t
                INNER JOIN workers AS w ON t.worker_id = w.id
                WHERE t.tx_type = 'payout' AND t.status = 'pending'
                    AND coalesce(t.to_address, w.wallet_address) IS NOT NULL
                    AND NOT EXISTS (SELECT FROM ops.settlement_payments AS p WHERE p.transaction_id = t.id)
            ),
            -- What is paid out at once was, but for pay whose last payout has failed: it waits as long as the rest.
            (
                SELECT min(p_age + greatest(a.paid_out_at, (
                    SELECT max(t.updated_at) FROM transactions AS t
                    WHERE t.worker_id = a.owner_id AND t.platform_id = a.platform_id
                        AND t.tx_type = 'payout' AND t.status = 'failed'
                )))
                FROM ledger.accounts AS a
                INNER JOIN workers AS w ON a.owner_id = w.id AND w.wallet_address IS NOT NULL
                WHERE a.kind = 'worker_available' AND a.balance > 0 AND a.balance >= p_minimum
            )
        )
        -- Each minute as long as the chain has not answered; Circle when it is worth asking again. A conflict waits for
        -- a person: it is looked at now and then.
        WHEN p_job IN ('submit_settlements', 'confirm_settlements') THEN (
            SELECT
                min(CASE
                    WHEN s.state = 'conflict' THEN p_as_of + interval '1 hour'
                    ELSE coalesce(c.due_at, s.created_at)
                END)
            FROM ops.settlements AS s
            LEFT JOIN ops.circle_polls AS c ON s.id = c.settlement_id
            WHERE s.state NOT IN ('final_ok', 'final_reverted')
        )
        WHEN p_job = 'run_reports' THEN (
            SELECT min(coalesce(r.leased_until, r.created_at)) FROM ops.reports AS r
            WHERE r.status IN ('queued', 'running')
        )
        WHEN p_job = 'seal_audit' THEN (
            SELECT a.created_at
            FROM ops.audit_waiting AS w
            INNER JOIN audit_logs AS a ON w.audit_id = a.id
            ORDER BY w.xid
            LIMIT 1
        )
        WHEN p_job = 'create_wallets' THEN (SELECT o.created_at FROM ops.wallet_orders AS o WHERE o.finished_at IS NULL)
        -- What was on the chain and not in the books is compared again.
        WHEN p_job = 'reconcile_chain' THEN (
            SELECT p_as_of
            FROM ops.chain_cursors AS c
            CROSS JOIN LATERAL (
                SELECT r.unmatched FROM ops.reconciliations AS r
                WHERE r.chain_id = c.chain_id AND r.custody = c.custody
                ORDER BY r.block DESC, r.id DESC
                LIMIT 1
            ) AS r
            WHERE cardinality(r.unmatched) > 0
            LIMIT 1
        )
        WHEN p_job = 'announce_expiring_keys' THEN (
            SELECT min(k.expires_at) - interval '7 days' FROM ops.api_keys AS k
            WHERE k.revoked_at IS NULL AND k.replaced_by IS NULL AND k.expiry_told_at IS NULL
                AND k.expires_at > statement_timestamp()
        )
    END
$$;
