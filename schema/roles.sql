-- Who may do what: the roles, their rights and the rows they see. Run last; running it again changes nothing.
--
-- owner     owns every object and runs the migrations; no function of the service connects as owner
-- api       the endpoints: sees and changes the signed-in tenant's rows, moves money only where the tenant is a party
-- jobs      the scheduled jobs: every tenant's rows
-- signer    settlement: payouts, and what is signed for them; it writes through functions alone, and sees no ledger
-- operator  the acts that belong to neither worker nor platform
-- auditor   reads everything
--
-- Row security is enabled and not forced: triggers and the recount run as owner and must see every row.
-- Test: tests/schema/test_row_security.py, tests/schema/test_roles.py

DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['api', 'jobs', 'signer', 'operator', 'auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', v_role);
        END IF;
    END LOOP;
END;
$$;

-- Lists are read from solid disks. At 4, which is meant for turning ones, a page of what is rare with a tenant is
-- looked for backwards through everybody's rows; tests/functions/test_lists.py measures it.
ALTER ROLE api SET random_page_cost = 1.1;
-- What an endpoint reads is a tenant's, and small. A branch that only others take must not bring in, by its cost alone,
-- parallel workers or a compiler, which take longer than the reading.
ALTER ROLE api SET max_parallel_workers_per_gather = 0;
ALTER ROLE api SET jit = off;

-- -------------------------------------------------------------------------------------------------------------- rights

REVOKE ALL ON SCHEMA public FROM public;
REVOKE ALL ON ALL TABLES IN SCHEMA public, ledger, ops FROM public, api, jobs, signer, operator, auditor;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public, ledger, ops FROM public, api, jobs, signer, operator, auditor;

GRANT USAGE ON SCHEMA public, ledger, ops TO api, jobs, signer, operator, auditor;

-- Nobody reads a password's or a key's hash: credentials stay with the functions that check them, which run as owner.
GRANT SELECT (
    id, name, email, wallet_id, wallet_address, reputation_score, account_age_days, completion_rate, total_tasks,
    total_earned, average_rating, dispute_rate, last_active_at, created_at, updated_at
) ON workers TO api, jobs, operator, auditor;
GRANT SELECT (
    id,
    name,
    api_key,
    webhook_url,
    contact_email,
    wallet_address,
    total_payouts,
    total_tasks,
    active_workers,
    is_active,
    created_at, updated_at
) ON platforms TO api, jobs, operator, auditor;
GRANT SELECT (
    id, platform_id, prefix, name, scopes, expires_at, revoked_at, replaced_by, expiry_told_at, created_at
) ON ops.api_keys TO api, jobs, auditor;
GRANT SELECT ON
tasks, streams, transactions, reputation_events, loans, audit_logs, ops.memberships, ops.api_key_uses, ledger.accounts,
ledger.transfers,
worker_earnings_view, platform_performance_view, daily_transaction_summary, worker_risk_assessment, active_streams_view
TO api, jobs, operator, auditor;
GRANT SELECT ON ops.disputes, ops.appeals, ops.transaction_states TO api, jobs, operator, auditor;
GRANT SELECT ON ops.outbox, ops.webhook_endpoints, ops.webhook_deliveries, ops.inbound_secrets, ops.balance_alerts
TO api, jobs, operator, auditor;
GRANT SELECT ON ops.reports, ops.task_days, ops.earning_days, ops.payout_days TO api, jobs, operator, auditor;
GRANT SELECT ON ops.paid_workers, ops.audit_places TO jobs, operator, auditor;
GRANT SELECT ON
ops.worker_counters, ops.deposits, ops.event_counters, ops.job_runs, ops.audit_waiting, ops.audit_seals
TO jobs, operator, auditor;
GRANT SELECT ON ops.chain_cursors, ops.reconciliations, ops.chain_breaks TO jobs, operator, auditor;
-- What a batch pays in all is no tenant's to know.
GRANT SELECT (
    id, rail, chain_id, contract, state, tx_hash, block_number, block_hash, gas_used, gas_price, created_at, updated_at
) ON ops.settlements TO api;
GRANT SELECT ON ops.settlement_payments TO api;
GRANT SELECT ON ops.settlements, ops.settlement_payments, ops.signers, ops.settlement_attempts
TO jobs, signer, operator, auditor;
GRANT SELECT ON ops.payout_retries TO api, jobs, operator, auditor;
GRANT SELECT ON ops.told_releases, ops.due_streams TO jobs, operator, auditor;
GRANT SELECT ON ops.circle_keys, ops.circle_notifications, ops.turns, ops.wallet_orders, ops.ordered_wallets
TO jobs, operator, auditor;
GRANT SELECT ON ops.circle_polls TO jobs, signer, operator, auditor;
GRANT SELECT ON transactions TO signer;
GRANT SELECT ON ops.advance_terms, ops.loan_quotes TO api, jobs, operator, auditor;

GRANT INSERT ON tasks, streams, reputation_events, ops.outbox, ledger.transfers TO api, jobs, operator;
-- Who writes an audit row chooses neither its id nor its time.
GRANT INSERT (
    actor_id, actor_type, action, resource_type, resource_id, metadata, ip_address, user_agent
) ON audit_logs TO api, jobs, operator;
GRANT UPDATE (
    worker_id, status, amount, paid_amount, rating, completion_proof, verification_data, started_at, completed_at,
    cancelled_at, disputed_at
) ON tasks TO api, jobs, operator;
GRANT UPDATE (
    status,
    total_amount,
    released_amount,
    end_time,
    anchor_time,
    anchor_amount,
    next_release_at,
    release_seq,
    paused_at,
    cancelled_at
) ON streams TO api, jobs, operator;
GRANT INSERT (id, platform_id, prefix, key_hash, name, scopes, expires_at) ON ops.api_keys TO api;
GRANT UPDATE (expires_at, revoked_at, replaced_by) ON ops.api_keys TO api;
GRANT UPDATE (expiry_told_at) ON ops.api_keys TO jobs;
GRANT INSERT (event_id, reason) ON ops.appeals TO api;
GRANT UPDATE (status, decided_at) ON ops.appeals TO operator;
GRANT UPDATE (to_worker, resolved_at) ON ops.disputes TO operator;
GRANT UPDATE (
    url,
    event_types,
    description,
    secret_version,
    secret_rotated_at,
    failing_since,
    disabled_at,
    disabled_reason
) ON ops.webhook_endpoints TO api, jobs;
GRANT INSERT (platform_id, endpoint_id, event_id) ON ops.webhook_deliveries TO api;
GRANT UPDATE (
    status,
    attempts,
    next_attempt_at,
    leased_until,
    last_attempt_at,
    response_status,
    response_body,
    latency_ms,
    error
) ON ops.webhook_deliveries TO api, jobs;
GRANT INSERT (platform_id), UPDATE (expires_at) ON ops.inbound_secrets TO api;
GRANT INSERT, UPDATE ON ops.balance_alerts TO jobs;
GRANT UPDATE (account_age_days) ON workers TO jobs;
GRANT INSERT, UPDATE (finished_at), DELETE ON ops.wallet_orders TO jobs;
GRANT INSERT (worker_id, order_id), UPDATE (wallet_id, wallet_address) ON ops.ordered_wallets TO jobs;
GRANT UPDATE (wallet_id, wallet_address) ON workers TO jobs;
GRANT INSERT, UPDATE ON transactions TO jobs, operator;
GRANT INSERT, UPDATE ON loans TO jobs, operator;
GRANT INSERT, UPDATE ON ops.advance_terms TO api;
GRANT INSERT, DELETE ON ops.loan_quotes TO api;
GRANT INSERT ON ops.job_runs TO jobs, signer;
GRANT INSERT (platform_id, kind, format, from_date, to_date) ON ops.reports TO api;
GRANT UPDATE (
    status, attempts, leased_until, rows, bytes, sha256, finished_at, expires_at
) ON ops.reports TO jobs;
GRANT INSERT, DELETE ON tasks TO operator;
GRANT UPDATE (is_active) ON platforms TO operator;

-- ----------------------------------------------------------------------------------------------------------- functions

GRANT EXECUTE ON FUNCTION
ops.uuid_v7, ops.tenant, ops.tenant_kind, ops.require_platform, ops.audit, ops.emit, ops.event_data, ops.rfc3339,
ledger.account, stream_accrued, next_release, finish_tasks, release_streams, ops.uuid_floor
TO api, jobs, operator, auditor;

GRANT EXECUTE ON FUNCTION
ops.scopes, ops.lacking_scopes, ops.require_scopes, ops.hand_on_scopes, create_api_key, rotate_api_key, revoke_api_key,
ops.lock_task, ops.lock_stream, ops.halt_stream, ledger.hold, ledger.give_back, create_task, create_tasks, start_task,
complete_task, cancel_task, rate_task, create_stream, pause_stream, resume_stream, top_up_stream, cancel_stream,
appeal_event, update_platform, update_worker, order_report,
set_advance_terms, quote_advance, ops.admit_advance, advance_fee, advance_limit, accrued_pay,
ops.lock_endpoint, ops.event_position, ops.is_wanted, create_webhook_endpoint, update_webhook_endpoint,
rotate_webhook_secret, test_webhook_endpoint, recover_webhook_endpoint, redeliver_webhook,
rotate_inbound_secret, complete_reported_task
TO api;

-- These run as owner and check their caller themselves.
GRANT EXECUTE ON FUNCTION
ops.act_as, ops.authenticate_key, ops.authenticate_worker, ops.count_request, ops.count_key_request, ops.claim_request,
ops.store_answer,
ops.stored_answer,
ops.migration_version,
credentials,
dispute_task,
release_stream,
register_platform,
register_worker,
erase_worker,
invite_worker,
sign_in,
issue_wallet_nonce, wallet_sign_in,
sign_out,
refresh_session, who_am_i,
accept_advance, repay_advance, daily_earnings, ledger.lock_advance, ops.lock_events,
delete_webhook_endpoint,
ops.lock_members, ops.verify_own_audit, ledger.balance_at,
request_payout, retry_payment,
ops.circle_key, ops.keep_circle_key, store_circle_notification
TO api;
GRANT EXECUTE ON FUNCTION ops.take_turn TO api, jobs, signer;
GRANT EXECUTE ON FUNCTION ops.job_lag, ops.next_due TO jobs, signer, operator, auditor;

GRANT EXECUTE ON FUNCTION
next_due_release, release_due, release_batch, release_each, release_shards, release_shard, update_account_ages
TO jobs;
GRANT EXECUTE ON FUNCTION
process_payment, complete_payment, fail_payment, ops.start_payout, ops.lock_payout, ops.end_payouts,
queue_payouts, queue_settlements, finish_settlement, revert_settlement, observe_settlement, declare_conflict
TO jobs;
GRANT EXECUTE ON FUNCTION
ops.uuid_v7, open_signer, reserve_settlement, store_attempt, note_broadcast, note_refusal, circle_submitted
TO signer;
GRANT EXECUTE ON FUNCTION clear_conflict, resume_signer, give_back_settlement TO operator;
GRANT EXECUTE ON FUNCTION announce_expiring_keys, ops.purge_expired, default_advance TO jobs;
GRANT EXECUTE ON FUNCTION claim_report, finish_report TO jobs;
GRANT EXECUTE ON FUNCTION ops.claim_deliveries, ops.store_deliveries, ops.disable_endpoints, alert_balances TO jobs;
GRANT EXECUTE ON FUNCTION credit_deposits, record_reconciliation TO jobs;
GRANT EXECUTE ON FUNCTION set_platform_active, assign_deposit, write_off_advance, resolve_dispute, decide_appeal
TO operator;
GRANT EXECUTE ON FUNCTION ops.seal_audit TO jobs;
GRANT EXECUTE ON FUNCTION order_wallets, keep_wallets, note_circle_answer TO jobs;
GRANT EXECUTE ON FUNCTION ask_circle, note_circle_answer TO signer;
GRANT EXECUTE ON FUNCTION
ops.check_invariants, ops.recount_workers, ops.recount_platforms, ops.recount_reputation, ops.recount_tasks,
ops.recount_transactions, ops.recount_settlements, ops.recount_advances, ops.recount_accounts, ops.recount_deposits,
ops.recount_days, ops.recount_events, ops.recount_circle,
ops.verify_audit, ops.audit_digest, ops.seal_digest
TO jobs, operator, auditor;

-- A platform, and an operator for the pool, may make up a deposit only where money is made up too.
DO $$
BEGIN
    IF current_setting('gigstream.mode', TRUE) = 'test' THEN
        GRANT EXECUTE ON FUNCTION deposit TO api;
        GRANT EXECUTE ON FUNCTION fund_pool TO operator;
    END IF;
END;
$$;

-- -------------------------------------------------------------------------------------------------------- row security

-- Policies are made anew each time, so that this file is the whole truth about them.
DO $$
DECLARE
    v_policy record;
BEGIN
    FOR v_policy IN SELECT p.schemaname, p.tablename, p.policyname FROM pg_policies AS p LOOP
        EXECUTE format('DROP POLICY %I ON %I.%I', v_policy.policyname, v_policy.schemaname, v_policy.tablename);
    END LOOP;
END;
$$;

-- Every table is closed to begin with; the jobs and the operator see all rows, the auditor reads them.
DO $$
DECLARE
    v_table regclass;
BEGIN
    FOR v_table IN
        SELECT c.oid::regclass
        FROM pg_class AS c
        WHERE c.relkind = 'r' AND c.relnamespace IN ('public'::regnamespace, 'ledger'::regnamespace, 'ops'::regnamespace)
            AND c.relname <> 'schema_migrations'
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', v_table);
        EXECUTE format('CREATE POLICY every_row ON %s TO jobs, operator USING (true) WITH CHECK (true)', v_table);
        EXECUTE format('CREATE POLICY every_row_read ON %s FOR SELECT TO auditor USING (true)', v_table);
    END LOOP;
END;
$$;

CREATE POLICY payouts ON transactions FOR SELECT TO signer USING (tx_type = 'payout');
CREATE POLICY signer_read ON ops.signers FOR SELECT TO signer USING (TRUE);
CREATE POLICY signer_read ON ops.settlements FOR SELECT TO signer USING (TRUE);
CREATE POLICY signer_read ON ops.settlement_attempts FOR SELECT TO signer USING (TRUE);
CREATE POLICY signer_read ON ops.settlement_payments FOR SELECT TO signer USING (TRUE);
CREATE POLICY signer_read ON ops.circle_polls FOR SELECT TO signer USING (TRUE);
CREATE POLICY signer_runs ON ops.job_runs FOR INSERT TO signer WITH CHECK (TRUE);

-- = any() and not IN below: as a filter it leaves the ordered index scan of a tenant's list alone; an IN is an OR to
-- the planner, which would index it and sort the whole tenant.

-- A worker sees himself; a platform sees its members.
CREATE POLICY tenant_read ON workers FOR SELECT TO api USING (
    id = (SELECT ops.tenant())
    OR EXISTS (
        SELECT FROM ops.memberships AS m
        WHERE m.platform_id = (SELECT ops.tenant()) AND m.worker_id = workers.id
    )
);

-- A platform sees itself; a worker sees the platforms that he works for.
CREATE POLICY tenant_read ON platforms FOR SELECT TO api USING (
    id = (SELECT ops.tenant())
    OR EXISTS (
        SELECT FROM ops.memberships AS m
        WHERE m.worker_id = (SELECT ops.tenant()) AND m.platform_id = platforms.id
    )
);

CREATE POLICY tenant_read ON ops.memberships FOR SELECT TO api
USING ((SELECT ops.tenant()) = any(ARRAY[platform_id, worker_id]));

-- A platform's keys are its own, and no key makes a stronger one.
CREATE POLICY tenant_read ON ops.api_keys FOR SELECT TO api USING (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_insert ON ops.api_keys FOR INSERT TO api
WITH CHECK (platform_id = (SELECT ops.tenant()) AND scopes <@ (SELECT ops.scopes()));
CREATE POLICY tenant_write ON ops.api_keys FOR UPDATE TO api USING (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_read ON ops.api_key_uses FOR SELECT TO api USING (
    EXISTS (
        SELECT FROM ops.api_keys AS k
        WHERE k.id = api_key_uses.key_id
    )
);

-- Both parties see a task, its stream and its money; only the platform acts on them.
CREATE POLICY tenant_read ON tasks FOR SELECT TO api
USING ((SELECT ops.tenant()) = any(ARRAY[platform_id, worker_id]));
CREATE POLICY tenant_insert ON tasks FOR INSERT TO api WITH CHECK (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_write ON tasks FOR UPDATE TO api USING (platform_id = (SELECT ops.tenant()));

CREATE POLICY tenant_read ON streams FOR SELECT TO api
USING ((SELECT ops.tenant()) = any(ARRAY[platform_id, worker_id]));
CREATE POLICY tenant_insert ON streams FOR INSERT TO api WITH CHECK (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_write ON streams FOR UPDATE TO api USING (platform_id = (SELECT ops.tenant()));

-- Whoever sees a task sees its dispute; a dispute is written by dispute_task and resolve_dispute alone.
CREATE POLICY tenant_read ON ops.disputes FOR SELECT TO api USING (
    EXISTS (
        SELECT FROM tasks AS t
        WHERE t.id = disputes.task_id
    )
);

-- A worker's payouts, advances and repayments with one platform are seen by the two of them; loans by the worker alone.
CREATE POLICY tenant_read ON transactions FOR SELECT TO api USING (
    (SELECT ops.tenant()) = any(ARRAY[platform_id, worker_id])
    AND (tx_type IN ('payout', 'refund') OR worker_id = (SELECT ops.tenant()))
);
CREATE POLICY tenant_read ON ops.transaction_states FOR SELECT TO api USING (
    EXISTS (
        SELECT FROM transactions AS x
        WHERE x.id = transaction_states.transaction_id
    )
);
CREATE POLICY tenant_read ON ops.settlement_payments FOR SELECT TO api USING (
    EXISTS (
        SELECT FROM transactions AS x
        WHERE x.id = settlement_payments.transaction_id
    )
);
CREATE POLICY tenant_read ON ops.settlements FOR SELECT TO api USING (
    EXISTS (
        SELECT FROM ops.settlement_payments AS p
        WHERE p.settlement_id = settlements.id
    )
);
CREATE POLICY tenant_read ON ops.payout_retries FOR SELECT TO api USING (
    EXISTS (
        SELECT FROM transactions AS x
        WHERE x.id = payout_retries.retry_of
    )
);
CREATE POLICY tenant_read ON loans FOR SELECT TO api USING (worker_id = (SELECT ops.tenant()));
CREATE POLICY tenant_quotes ON ops.loan_quotes TO api
USING (worker_id = (SELECT ops.tenant())) WITH CHECK (worker_id = (SELECT ops.tenant()));

-- A platform's terms for advances are its own to set; its workers read them.
CREATE POLICY tenant_read ON ops.advance_terms FOR SELECT TO api USING (
    platform_id = (SELECT ops.tenant())
    OR EXISTS (
        SELECT FROM ops.memberships AS m
        WHERE m.worker_id = (SELECT ops.tenant()) AND m.platform_id = advance_terms.platform_id
    )
);
CREATE POLICY tenant_insert ON ops.advance_terms FOR INSERT TO api WITH CHECK (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_write ON ops.advance_terms FOR UPDATE TO api USING (platform_id = (SELECT ops.tenant()));

-- OFFSET 0: looked up for each event of a page, not for all the platform's members at once.
CREATE POLICY tenant_read ON reputation_events FOR SELECT TO api USING (
    worker_id = (SELECT ops.tenant())
    OR EXISTS (
        SELECT FROM ops.memberships AS m
        WHERE m.platform_id = (SELECT ops.tenant()) AND m.worker_id = reputation_events.worker_id
        ORDER BY m.worker_id OFFSET 0
    )
);
CREATE POLICY tenant_insert ON reputation_events FOR INSERT TO api WITH CHECK (
    EXISTS (
        SELECT FROM ops.memberships AS m
        WHERE m.platform_id = (SELECT ops.tenant()) AND m.worker_id = reputation_events.worker_id
    )
);

-- Whoever sees an event sees that it is appealed; only its worker appeals.
CREATE POLICY tenant_read ON ops.appeals FOR SELECT TO api USING (
    EXISTS (
        SELECT FROM reputation_events AS e
        WHERE e.id = appeals.event_id
    )
);
CREATE POLICY tenant_insert ON ops.appeals FOR INSERT TO api WITH CHECK (
    EXISTS (
        SELECT FROM reputation_events AS e
        WHERE e.id = appeals.event_id AND e.worker_id = (SELECT ops.tenant())
    )
);

CREATE POLICY tenant_read ON audit_logs FOR SELECT TO api USING (actor_id = (SELECT ops.tenant()));
CREATE POLICY tenant_insert ON audit_logs FOR INSERT TO api WITH CHECK (actor_id = (SELECT ops.tenant()));

-- A platform reads what it is told of; advances are a matter of the worker's.
CREATE POLICY tenant_read ON ops.outbox FOR SELECT TO api
USING (platform_id = (SELECT ops.tenant()) AND object_type <> 'loan');
CREATE POLICY tenant_insert ON ops.outbox FOR INSERT TO api
WITH CHECK ((SELECT ops.tenant()) IN (platform_id, worker_id));

CREATE POLICY tenant_read ON ops.reports FOR SELECT TO api USING (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_insert ON ops.reports FOR INSERT TO api WITH CHECK (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_read ON ops.task_days FOR SELECT TO api USING (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_read ON ops.earning_days FOR SELECT TO api USING (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_read ON ops.payout_days FOR SELECT TO api USING (platform_id = (SELECT ops.tenant()));
-- A platform's endpoints, what is on its way to them, what it signs with, when it is warned.
CREATE POLICY tenant_rows ON ops.webhook_endpoints TO api USING (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_rows ON ops.webhook_deliveries TO api
USING ((SELECT ops.tenant()) = any(ARRAY[platform_id])); -- by endpoint, not all of the platform's
CREATE POLICY tenant_rows ON ops.inbound_secrets TO api USING (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_read ON ops.balance_alerts FOR SELECT TO api USING (platform_id = (SELECT ops.tenant()));

-- An account is seen by its owner and by the platform that it belongs to; a transfer by whoever sees one of its
-- accounts; a worker's advances and what repays them by himself alone. Money moves only out of the tenant's own
-- accounts into one that it sees: never out of custody, never back from a worker, never into another tenant's books.
CREATE POLICY tenant_read ON ledger.accounts FOR SELECT TO api
USING (
    (SELECT ops.tenant()) = any(ARRAY[owner_id, platform_id])
    AND (kind <> 'worker_advance' OR owner_id = (SELECT ops.tenant()))
);
CREATE POLICY tenant_read ON ledger.transfers FOR SELECT TO api USING (
    EXISTS (
        SELECT FROM ledger.accounts AS a
        WHERE a.id IN (transfers.debit_account, transfers.credit_account)
    )
    AND (
        loan_id IS NULL
        OR EXISTS (
            SELECT FROM loans AS l
            WHERE l.id = transfers.loan_id
            ORDER BY l.id OFFSET 0
        )
    )
);
CREATE POLICY tenant_insert ON ledger.transfers FOR INSERT TO api WITH CHECK (
    EXISTS (
        SELECT FROM ledger.accounts AS a
        WHERE a.id = transfers.debit_account AND a.owner_id = (SELECT ops.tenant())
    )
    AND EXISTS (
        SELECT FROM ledger.accounts AS a
        WHERE a.id = transfers.credit_account
    )
);
