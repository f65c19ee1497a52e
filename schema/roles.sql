-- Who may do what: the roles, their rights and the rows they see. Run last; running it again changes nothing.
--
-- owner     owns every object and runs the migrations; no function of the service connects as owner
-- api       the endpoints: sees and changes the signed-in tenant's rows, moves money only where the tenant is a party
-- jobs      the scheduled jobs: every tenant's rows
-- signer    settlement: transactions
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
GRANT SELECT ON
tasks, streams, transactions, reputation_events, loans, audit_logs, ops.memberships, ledger.accounts, ledger.transfers,
worker_earnings_view, platform_performance_view, daily_transaction_summary, worker_risk_assessment, active_streams_view
TO api, jobs, operator, auditor;
GRANT SELECT ON ops.reports, ops.task_days, ops.earning_days, ops.payout_days TO api, jobs, operator, auditor;
GRANT SELECT ON ops.paid_workers, ops.audit_places TO jobs, operator, auditor;
GRANT SELECT ON ops.worker_counters, ops.deposits, ops.outbox, ops.job_runs, ops.audit_waiting, ops.audit_seals
TO jobs, operator, auditor;
GRANT SELECT ON transactions TO signer;

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
GRANT UPDATE (account_age_days) ON workers TO jobs;
GRANT INSERT, UPDATE ON transactions TO jobs, operator, signer;
GRANT INSERT, UPDATE ON loans TO jobs, operator;
GRANT INSERT ON ops.job_runs TO jobs;
GRANT INSERT (platform_id, kind, format, from_date, to_date) ON ops.reports TO api;
GRANT UPDATE (
    state, attempts, leased_until, rows, bytes, sha256, finished_at, expires_at
) ON ops.reports TO jobs;
GRANT INSERT, DELETE ON tasks TO operator;
GRANT UPDATE (is_active) ON platforms TO operator;

-- ----------------------------------------------------------------------------------------------------------- functions

GRANT EXECUTE ON FUNCTION
ops.uuid_v7, ops.tenant, ops.tenant_kind, ops.require_platform, ops.audit, ops.emit, ledger.account,
stream_accrued, next_release, finish_tasks, release_streams, ops.uuid_floor
TO api, jobs, signer, operator, auditor;

GRANT EXECUTE ON FUNCTION
ops.lock_task, ops.lock_stream, ledger.hold, ledger.give_back, create_task, start_task, complete_task, cancel_task,
create_stream, pause_stream, resume_stream, top_up_stream, cancel_stream, update_platform, update_worker,
create_tasks, order_report
TO api;

-- These run as owner and check their caller themselves.
GRANT EXECUTE ON FUNCTION
ops.act_as, ops.authenticate_key, ops.authenticate_worker, ops.count_request, ops.claim_request, ops.store_answer,
ops.stored_answer,
ops.migration_version,
credentials,
register_platform,
register_worker,
erase_worker,
invite_worker,
sign_in,
sign_out,
refresh_session, who_am_i,
ops.lock_members, ops.verify_own_audit, ledger.balance_at
TO api;

GRANT EXECUTE ON FUNCTION release_due, release_each, update_account_ages, process_payment, complete_payment TO jobs;
GRANT EXECUTE ON FUNCTION claim_report, finish_report TO jobs;
GRANT EXECUTE ON FUNCTION set_platform_active, fund_pool, write_off_advance, resolve_dispute TO operator;
GRANT EXECUTE ON FUNCTION ops.seal_audit TO jobs;
GRANT EXECUTE ON FUNCTION ops.check_invariants, ops.verify_audit, ops.audit_digest, ops.seal_digest
TO jobs, operator, auditor;

-- A platform may make up a deposit only where money is made up too.
DO $$
BEGIN
    IF current_setting('gigstream.mode', TRUE) = 'test' THEN
        GRANT EXECUTE ON FUNCTION deposit TO api;
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

CREATE POLICY payouts ON transactions TO signer USING (tx_type = 'payout') WITH CHECK (tx_type = 'payout');

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

-- Both parties see a task, its stream and its money; only the platform acts on them.
CREATE POLICY tenant_read ON tasks FOR SELECT TO api
USING ((SELECT ops.tenant()) = any(ARRAY[platform_id, worker_id]));
CREATE POLICY tenant_insert ON tasks FOR INSERT TO api WITH CHECK (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_write ON tasks FOR UPDATE TO api USING (platform_id = (SELECT ops.tenant()));

CREATE POLICY tenant_read ON streams FOR SELECT TO api
USING ((SELECT ops.tenant()) = any(ARRAY[platform_id, worker_id]));
CREATE POLICY tenant_insert ON streams FOR INSERT TO api WITH CHECK (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_write ON streams FOR UPDATE TO api USING (platform_id = (SELECT ops.tenant()));

-- A worker's payouts, advances and repayments with one platform are seen by the two of them; loans by the worker alone.
CREATE POLICY tenant_read ON transactions FOR SELECT TO api USING (
    (SELECT ops.tenant()) = any(ARRAY[platform_id, worker_id])
    AND (tx_type IN ('payout', 'refund') OR worker_id = (SELECT ops.tenant()))
);
CREATE POLICY tenant_read ON loans FOR SELECT TO api USING (worker_id = (SELECT ops.tenant()));

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

CREATE POLICY tenant_read ON audit_logs FOR SELECT TO api USING (actor_id = (SELECT ops.tenant()));
CREATE POLICY tenant_insert ON audit_logs FOR INSERT TO api WITH CHECK (actor_id = (SELECT ops.tenant()));

CREATE POLICY tenant_insert ON ops.outbox FOR INSERT TO api
WITH CHECK ((SELECT ops.tenant()) IN (platform_id, worker_id));

CREATE POLICY tenant_read ON ops.reports FOR SELECT TO api USING (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_insert ON ops.reports FOR INSERT TO api WITH CHECK (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_read ON ops.task_days FOR SELECT TO api USING (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_read ON ops.earning_days FOR SELECT TO api USING (platform_id = (SELECT ops.tenant()));
CREATE POLICY tenant_read ON ops.payout_days FOR SELECT TO api USING (platform_id = (SELECT ops.tenant()));

-- An account is seen by its owner and by the platform that it belongs to; a transfer by whoever sees one of its
-- accounts. Money moves only out of the tenant's own accounts into one that it sees: never out of custody, never back
-- from a worker, never into another tenant's books.
CREATE POLICY tenant_read ON ledger.accounts FOR SELECT TO api
USING ((SELECT ops.tenant()) = any(ARRAY[owner_id, platform_id]));
CREATE POLICY tenant_read ON ledger.transfers FOR SELECT TO api USING (
    EXISTS (
        SELECT FROM ledger.accounts AS a
        WHERE a.id IN (transfers.debit_account, transfers.credit_account)
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
