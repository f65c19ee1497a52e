-- PostgreSQL database dump

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

-- Name: ledger; Type: SCHEMA; Schema: -; Owner: -

CREATE SCHEMA ledger;

-- Name: ops; Type: SCHEMA; Schema: -; Owner: -

CREATE SCHEMA ops;

-- Name: address; Type: DOMAIN; Schema: ops; Owner: -

CREATE DOMAIN ops.address AS text
	CONSTRAINT address_check CHECK ((VALUE ~ '^0x[0-9a-fA-F]{40}$'::text));

-- Name: audit_entry; Type: TYPE; Schema: ops; Owner: -

CREATE TYPE ops.audit_entry AS (
	xid xid8,
	audit_id uuid,
	digest bytea
);

-- Name: platform_change; Type: TYPE; Schema: ops; Owner: -

CREATE TYPE ops.platform_change AS (
	platform_id uuid,
	tasks integer,
	workers integer,
	payouts numeric
);

-- Name: task_change; Type: TYPE; Schema: ops; Owner: -

CREATE TYPE ops.task_change AS (
	sign integer,
	platform_id uuid,
	worker_id uuid,
	status text,
	disputed boolean,
	rating integer,
	paid_amount numeric
);

-- Name: task_day_change; Type: TYPE; Schema: ops; Owner: -

CREATE TYPE ops.task_day_change AS (
	sign integer,
	platform_id uuid,
	created_at timestamp with time zone,
	completed_at timestamp with time zone,
	cancelled_at timestamp with time zone
);

-- Name: usdc; Type: DOMAIN; Schema: ops; Owner: -

CREATE DOMAIN ops.usdc AS numeric(18,6)
	CONSTRAINT usdc_check CHECK (((VALUE >= (0)::numeric) AND (VALUE <> 'NaN'::numeric)));

-- Name: wallet_proof; Type: TYPE; Schema: ops; Owner: -

CREATE TYPE ops.wallet_proof AS (
	address text,
	nonce text,
	valid_from timestamp with time zone,
	valid_until timestamp with time zone
);

-- Name: account(text, uuid, uuid); Type: FUNCTION; Schema: ledger; Owner: -

CREATE FUNCTION ledger.account(p_kind text, p_owner_id uuid DEFAULT NULL::uuid, p_platform_id uuid DEFAULT NULL::uuid) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_id uuid;
BEGIN
    IF p_owner_id IS NULL THEN
        RETURN (SELECT a.id FROM ledger.accounts AS a WHERE a.owner_id IS NULL AND a.kind = p_kind);
    END IF;

    LOOP
        SELECT a.id INTO v_id
        FROM ledger.accounts AS a
        WHERE a.owner_id = p_owner_id AND a.kind = p_kind AND a.platform_id = p_platform_id;
        IF FOUND THEN
            RETURN v_id;
        END IF;

        INSERT INTO ledger.accounts (kind, owner_id, platform_id)
        VALUES (p_kind, p_owner_id, p_platform_id)
        ON CONFLICT DO NOTHING;
    END LOOP;
END;
$$;

-- Name: apply_transfers(); Type: FUNCTION; Schema: ledger; Owner: -

CREATE FUNCTION ledger.apply_transfers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
DECLARE
    v_loans uuid [] := '{}';
    v_amounts numeric [];
    v_from uuid [];
    v_is_whole boolean;
    v_accounts uuid [] := '{}';
BEGIN
    IF EXISTS (SELECT FROM posted AS t WHERE t.reason IN ('pay', 'release')) THEN
        WITH pay AS (
            SELECT
                t.credit_account AS account, sum(t.amount) AS amount,
                coalesce(sum(t.amount) FILTER (WHERE t.reason = 'release'), 0) AS released
            FROM posted AS t
            WHERE t.reason IN ('pay', 'release')
            GROUP BY t.credit_account
        ),

        owing AS (
            SELECT
                l.id, l.worker_id, l.platform_id, l.total_due - l.amount_repaid AS owed, p.account,
                CASE l.mode
                    WHEN 'earned' THEN p.released + 0.000001 * div((p.amount - p.released) * 1000000, 2)
                    ELSE 0.000001 * div(p.amount * 1000000, 2)
                END AS share
            FROM pay AS p
            INNER JOIN ledger.accounts AS a ON p.account = a.id
            INNER JOIN loans AS l
                ON a.owner_id = l.worker_id AND a.platform_id = l.platform_id AND l.status IN ('disbursed', 'repaying')
            ORDER BY l.id
            FOR NO KEY UPDATE OF l
        )

        SELECT
            coalesce(array_agg(o.id), '{}'),
            array_agg(least(o.share, o.owed)),
            array_agg(o.account),
            bool_or(o.share >= o.owed)
        INTO v_loans, v_amounts, v_from, v_is_whole
        FROM owing AS o
        WHERE o.share > 0;

        IF v_loans <> '{}' THEN
            v_accounts := ARRAY(
                SELECT a.id
                FROM loans AS l
                INNER JOIN ledger.accounts AS a
                    ON l.worker_id = a.owner_id AND a.kind = 'worker_advance' AND l.platform_id = a.platform_id
                WHERE l.id = ANY(v_loans)
                UNION ALL
                SELECT a.id
                FROM ledger.accounts AS a
                WHERE v_is_whole AND a.owner_id IS NULL AND a.kind IN ('advance_pool', 'fees')
            );
        END IF;
    END IF;

    PERFORM FROM ledger.accounts AS a
    WHERE a.id IN (
        SELECT t.debit_account FROM posted AS t
        UNION
        SELECT t.credit_account FROM posted AS t
        UNION
        SELECT unnest(v_accounts)
    )
    ORDER BY a.id
    FOR NO KEY UPDATE;

    UPDATE ledger.accounts AS a
    SET balance = a.balance + m.amount
    FROM (
        SELECT e.account, sum(e.amount) AS amount
        FROM (
            SELECT t.debit_account AS account, -t.amount AS amount FROM posted AS t
            UNION ALL
            SELECT t.credit_account, t.amount::numeric FROM posted AS t
        ) AS e
        GROUP BY e.account
    ) AS m
    WHERE a.id = m.account;

    IF v_loans <> '{}' THEN
        PERFORM ledger.repay(v_loans, v_amounts, v_from);
    END IF;
    RETURN NULL;
END;
$$;

-- Name: balance_at(uuid, timestamp with time zone); Type: FUNCTION; Schema: ledger; Owner: -

CREATE FUNCTION ledger.balance_at(p_account_id uuid, p_at timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS numeric
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'ledger', 'pg_temp'
    AS $$
    SELECT CASE WHEN s.is_own THEN s.balance - s.since ELSE greatest(0, s.balance - s.since - s.advances) END
    FROM (
        SELECT
            a.balance,
            a.owner_id = ops.tenant() AS is_own,
            (
                SELECT coalesce(sum(m.amount), 0)
                FROM (
                    SELECT x.amount::numeric, x.loan_id FROM ledger.transfers AS x
                    WHERE x.credit_account = p_account_id AND x.created_at > p_at
                    UNION ALL
                    SELECT -x.amount, x.loan_id FROM ledger.transfers AS x
                    WHERE x.debit_account = p_account_id AND x.created_at > p_at
                ) AS m
                WHERE m.loan_id IS NULL OR a.owner_id = ops.tenant()
            ) AS since,
            (
                SELECT coalesce(sum(m.amount), 0)
                FROM (
                    SELECT x.amount::numeric FROM ledger.transfers AS x
                    WHERE x.credit_account = p_account_id AND x.loan_id IS NOT NULL
                    UNION ALL
                    SELECT -x.amount FROM ledger.transfers AS x
                    WHERE x.debit_account = p_account_id AND x.loan_id IS NOT NULL
                ) AS m
            ) AS advances
        FROM ledger.accounts AS a
        WHERE a.id = p_account_id AND ops.tenant() = any(ARRAY[a.owner_id, a.platform_id])
            AND (a.kind <> 'worker_advance' OR a.owner_id = ops.tenant())
    ) AS s
$$;

-- Name: give_back(uuid, numeric, uuid, uuid); Type: FUNCTION; Schema: ledger; Owner: -

CREATE FUNCTION ledger.give_back(p_platform_id uuid, p_amount numeric, p_task_id uuid, p_stream_id uuid) RETURNS void
    LANGUAGE sql
    AS $$
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, task_id, stream_id, event_at)
    VALUES (
        ledger.account('platform_held', p_platform_id, p_platform_id),
        ledger.account('platform_available', p_platform_id, p_platform_id),
        p_amount, 'refund', p_task_id, p_stream_id, clock_timestamp()
    )
$$;

-- Name: uuid_v7(timestamp with time zone); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.uuid_v7(p_at timestamp with time zone DEFAULT clock_timestamp()) RETURNS uuid
    LANGUAGE sql PARALLEL SAFE
    RETURN ((OVERLAY(lpad(to_hex(((((EXTRACT(epoch FROM p_at) * (1000000)::numeric))::bigint * 512) / 125)), 15, '0'::text) PLACING '7'::text FROM 13 FOR 0) || "right"((gen_random_uuid())::text, 17)))::uuid;

SET default_tablespace = '';

SET default_table_access_method = heap;

-- Name: tasks; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.tasks (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    platform_id uuid NOT NULL,
    worker_id uuid NOT NULL,
    task_type text NOT NULL,
    amount ops.usdc NOT NULL,
    paid_amount ops.usdc DEFAULT 0 NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    title text NOT NULL,
    description text,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    verification_data jsonb,
    completion_proof text,
    rating smallint,
    external_id text,
    scheduled_at timestamp with time zone,
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    disputed_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT tasks_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT tasks_completion_proof_check CHECK ((length(completion_proof) <= 2000)),
    CONSTRAINT tasks_description_check CHECK ((length(description) <= 5000)),
    CONSTRAINT tasks_external_id_check CHECK (((length(external_id) >= 1) AND (length(external_id) <= 200))),
    CONSTRAINT tasks_paid_amount CHECK ((((paid_amount)::numeric <= (amount)::numeric) AND (((paid_amount)::numeric = (0)::numeric) OR (status = ANY (ARRAY['completed'::text, 'cancelled'::text]))))),
    CONSTRAINT tasks_rating_check CHECK (((rating >= 1) AND (rating <= 5))),
    CONSTRAINT tasks_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'active'::text, 'completed'::text, 'cancelled'::text, 'disputed'::text]))),
    CONSTRAINT tasks_task_type_check CHECK ((task_type = ANY (ARRAY['fixed'::text, 'streaming'::text]))),
    CONSTRAINT tasks_times CHECK ((((status = 'completed'::text) = (completed_at IS NOT NULL)) AND ((status = 'cancelled'::text) = (cancelled_at IS NOT NULL)) AND ((status <> 'disputed'::text) OR (disputed_at IS NOT NULL)))),
    CONSTRAINT tasks_title_check CHECK (((length(title) >= 1) AND (length(title) <= 200)))
);

-- Name: hold(public.tasks, numeric, uuid, integer); Type: FUNCTION; Schema: ledger; Owner: -

CREATE FUNCTION ledger.hold(p_task public.tasks, p_amount numeric, p_stream_id uuid DEFAULT NULL::uuid, p_seq integer DEFAULT 0) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    -- Opened before the transfer is posted: its row security must already see them.
    v_available uuid := ledger.account('platform_available', p_task.platform_id, p_task.platform_id);
    v_held uuid := ledger.account('platform_held', p_task.platform_id, p_task.platform_id);
BEGIN
    PERFORM ledger.account('worker_available', p_task.worker_id, p_task.platform_id);
    INSERT INTO ledger.transfers (
        debit_account, credit_account, amount, reason, task_id, stream_id, source_seq, event_at
    )
    VALUES (
        v_available, v_held, p_amount, 'hold',
        CASE WHEN p_stream_id IS NULL THEN p_task.id END, p_stream_id, p_seq, clock_timestamp()
    );
END;
$$;

-- Name: lock_advance(uuid); Type: FUNCTION; Schema: ledger; Owner: -

CREATE FUNCTION ledger.lock_advance(p_worker_id uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH advance AS MATERIALIZED (
        SELECT l.id FROM loans AS l
        WHERE l.worker_id = p_worker_id AND l.platform_id = ops.tenant() AND l.status IN ('disbursed', 'repaying')
        FOR NO KEY UPDATE
    )

    -- It may become whole: the accounts that it goes back to are older than a platform's.
    SELECT FROM ledger.accounts AS a
    WHERE a.owner_id IS NULL AND a.kind IN ('advance_pool', 'fees') AND EXISTS (SELECT FROM advance)
    ORDER BY a.id
    FOR NO KEY UPDATE OF a
$$;

-- Name: repay(uuid[], numeric[], uuid[]); Type: FUNCTION; Schema: ledger; Owner: -

CREATE FUNCTION ledger.repay(p_loans uuid[], p_amounts numeric[], p_from uuid[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    SET enable_hashjoin TO 'on'
    SET enable_mergejoin TO 'on'
    SET plan_cache_mode TO 'auto'
    AS $$
    WITH repaid AS (
        UPDATE loans AS l
        SET
            amount_repaid = l.amount_repaid + r.amount,
            status = CASE WHEN l.amount_repaid + r.amount = l.total_due THEN 'repaid' ELSE 'repaying' END,
            repaid_at = CASE WHEN l.amount_repaid + r.amount = l.total_due THEN clock_timestamp() END
        FROM unnest(p_loans, p_amounts, p_from) AS r (id, amount, account)
        WHERE l.id = r.id
        RETURNING l.id, l.worker_id, l.platform_id, l.amount, l.fee, l.status = 'repaid' AS is_whole, r.amount AS paid,
            r.account
    ),

    system AS (
        SELECT ledger.account('advance_pool') AS pool, ledger.account('fees') AS fees
    ),

    moves AS (
        SELECT
            ops.uuid_v7() AS id, p.id AS loan_id, p.worker_id, m.debit_account, m.credit_account, m.amount, m.reason,
            m.tx_type, m.platform_id, m.source_seq
        FROM repaid AS p
        CROSS JOIN system AS s
        INNER JOIN ledger.accounts AS f ON p.account = f.id
        -- LEFT, so that an account that is not there fails the repayment instead of losing it.
        LEFT JOIN ledger.accounts AS a
            ON p.worker_id = a.owner_id AND a.kind = 'worker_advance' AND p.platform_id = a.platform_id
        CROSS JOIN LATERAL (
            VALUES
            (
                f.id, a.id, p.paid, 'repay', 'repayment', f.platform_id, (
                    SELECT coalesce(max(x.source_seq) + 1, 0) FROM ledger.transfers AS x
                    WHERE x.loan_id = p.id AND x.reason = 'repay'
                )
            ),
            (a.id, s.pool, p.amount * p.is_whole::integer, 'recover', NULL, p.platform_id, 0),
            (a.id, s.fees, p.fee * p.is_whole::integer, 'fee', 'fee', p.platform_id, 0)
        ) AS m (debit_account, credit_account, amount, reason, tx_type, platform_id, source_seq)
        WHERE m.amount > 0
    ),

    shown AS (
        INSERT INTO transactions (id, worker_id, platform_id, tx_type, amount, status, processed_at, metadata)
        SELECT
            m.id, m.worker_id, m.platform_id, m.tx_type, m.amount, 'completed', clock_timestamp(),
            jsonb_build_object('loan_id', m.loan_id)
        FROM moves AS m
        WHERE m.tx_type IS NOT NULL
    ),

    told AS (
        INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
        SELECT
            'loan.repaid', p.platform_id, p.worker_id, 'loan', p.id,
            jsonb_build_object('amount', p.amount::text, 'fee', p.fee::text)
        FROM repaid AS p
        WHERE p.is_whole
    )

    INSERT INTO ledger.transfers (
        id, debit_account, credit_account, amount, reason, loan_id, source_seq, event_at
    )
    SELECT m.id, m.debit_account, m.credit_account, m.amount, m.reason, m.loan_id, m.source_seq, clock_timestamp()
    FROM moves AS m
$$;

-- Name: accept_invite(uuid, bytea); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.accept_invite(p_worker_id uuid, p_token_hash bytea) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_invite record;
BEGIN
    IF p_token_hash IS NULL THEN
        RETURN;
    END IF;

    UPDATE ops.invites AS i
    SET accepted_at = clock_timestamp(), worker_id = w.id
    FROM public.workers AS w
    WHERE i.token_hash = p_token_hash
        AND i.accepted_at IS NULL
        AND i.expires_at > clock_timestamp()
        AND w.id = p_worker_id
        AND lower(i.email) = lower(w.email)
    RETURNING i.id, i.platform_id INTO v_invite;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the invite is unknown, used, expired or meant for another e-mail address'
            USING ERRCODE = 'GS022', COLUMN = 'invite_token';
    END IF;

    INSERT INTO ops.memberships (platform_id, worker_id)
    VALUES (v_invite.platform_id, p_worker_id)
    ON CONFLICT DO NOTHING;
    PERFORM ops.audit('invite.accepted', 'platform', v_invite.platform_id);
END;
$$;

-- Name: act_as(text, uuid, text, text); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.act_as(p_kind text, p_id uuid, p_address text, p_user_agent text) RETURNS void
    LANGUAGE sql
    AS $$
    SELECT
        set_config('gigstream.tenant_kind', coalesce(p_kind, ''), TRUE),
        set_config('gigstream.tenant', coalesce(p_id::text, ''), TRUE),
        set_config('gigstream.ip', coalesce(p_address, ''), TRUE),
        set_config('gigstream.user_agent', coalesce(p_user_agent, ''), TRUE)
$$;

-- Name: admit_advance(uuid, uuid, text, numeric, numeric); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.admit_advance(p_worker_id uuid, p_platform_id uuid, p_mode text, p_amount numeric, p_predicted numeric, OUT limit_amount numeric, OUT risk_score integer) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_share integer;
    v_reasons text [];
BEGIN
    IF NOT EXISTS (
        SELECT FROM ops.memberships AS m
        WHERE m.platform_id = p_platform_id AND m.worker_id = p_worker_id AND m.left_at IS NULL
    ) THEN
        RAISE EXCEPTION 'no platform of yours has this id' USING ERRCODE = 'GS001';
    END IF;
    IF EXISTS (
        SELECT FROM loans AS l
        WHERE l.worker_id = p_worker_id AND l.status IN ('pending', 'approved', 'disbursed', 'repaying')
    ) THEN
        RAISE EXCEPTION 'an advance is open: the next one can be had when it is paid back' USING ERRCODE = 'GS050';
    END IF;

    IF p_mode = 'predictive' THEN
        SELECT t.share_percent INTO v_share
        FROM ops.advance_terms AS t
        INNER JOIN platforms AS p ON t.platform_id = p.id
        WHERE t.platform_id = p_platform_id AND t.enabled AND p.is_active;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the platform does not offer advances on predicted earnings' USING ERRCODE = 'GS055';
        END IF;
        SELECT r.risk_score, r.reasons INTO risk_score, v_reasons
        FROM worker_risk_assessment AS r
        WHERE r.worker_id = p_worker_id;
        IF cardinality(v_reasons) > 0 THEN
            RAISE EXCEPTION 'not now: %', array_to_string(v_reasons, ', ') USING ERRCODE = 'GS055';
        END IF;
        limit_amount := advance_limit(p_mode, p_predicted, v_share);
    ELSE
        limit_amount := advance_limit(p_mode, accrued_pay(p_worker_id, p_platform_id), NULL);
    END IF;
    IF p_amount > limit_amount THEN
        RAISE EXCEPTION 'at most % USDC can be advanced now', limit_amount USING ERRCODE = 'GS053', COLUMN = 'amount';
    END IF;
END;
$$;

-- Name: audit(text, text, uuid, jsonb); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.audit(p_action text, p_resource_type text, p_resource_id uuid, p_metadata jsonb DEFAULT '{}'::jsonb) RETURNS void
    LANGUAGE sql
    AS $$
    INSERT INTO audit_logs (actor_id, actor_type, action, resource_type, resource_id, metadata, ip_address, user_agent)
    VALUES (
        ops.tenant(), coalesce(ops.tenant_kind(), 'system'), p_action, p_resource_type, p_resource_id, p_metadata,
        nullif(current_setting('gigstream.ip', TRUE), '')::inet,
        nullif(current_setting('gigstream.user_agent', TRUE), '')
    )
$$;

-- Name: audit_logs; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.audit_logs (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    actor_id uuid,
    actor_type text NOT NULL,
    action text NOT NULL,
    resource_type text NOT NULL,
    resource_id uuid,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    ip_address inet,
    user_agent text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT audit_logs_actor_type_check CHECK ((actor_type = ANY (ARRAY['worker'::text, 'platform'::text, 'system'::text]))),
    CONSTRAINT audit_logs_check CHECK (((actor_type = 'system'::text) = (actor_id IS NULL)))
);

-- Name: audit_digest(public.audit_logs); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.audit_digest(p_row public.audit_logs) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT
        sha256(
            convert_to(
                jsonb_build_array(
                    p_row.id, p_row.actor_id, p_row.actor_type, p_row.action, p_row.resource_type, p_row.resource_id,
                    p_row.metadata, p_row.ip_address, p_row.user_agent,
                    p_row.created_at AT TIME ZONE 'UTC', p_row.updated_at AT TIME ZONE 'UTC'
                )::text,
                'UTF8'
            )
        )
$$;

-- Name: audit_each(text, text, uuid[]); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.audit_each(p_action text, p_resource_type text, p_resource_ids uuid[]) RETURNS void
    LANGUAGE sql
    AS $$
    INSERT INTO audit_logs (actor_id, actor_type, action, resource_type, resource_id, ip_address, user_agent)
    SELECT
        ops.tenant(), coalesce(ops.tenant_kind(), 'system'), p_action, p_resource_type, r.id,
        nullif(current_setting('gigstream.ip', TRUE), '')::inet,
        nullif(current_setting('gigstream.user_agent', TRUE), '')
    FROM unnest(p_resource_ids) AS r (id)
$$;

-- Name: authenticate_key(bytea, text, text, text); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.authenticate_key(p_key_hash bytea, p_scope text, p_address text, p_user_agent text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_key record;
BEGIN
    SELECT k.platform_id, k.scopes, p.is_active INTO v_key
    FROM ops.api_keys AS k
    INNER JOIN platforms AS p ON p.id = k.platform_id
    WHERE k.key_hash = p_key_hash
        AND k.revoked_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp());

    IF NOT FOUND THEN
        RAISE EXCEPTION 'the API key is unknown, revoked or expired' USING ERRCODE = 'GS002';
    ELSIF NOT v_key.is_active THEN
        RAISE EXCEPTION 'the platform is deactivated' USING ERRCODE = 'GS003';
    ELSIF p_scope IS NULL THEN
        RAISE EXCEPTION 'this is for workers, with an access token' USING ERRCODE = 'GS003';
    ELSIF p_scope <> '*' AND p_scope <> ALL (v_key.scopes) THEN
        RAISE EXCEPTION 'the API key lacks the scope %', p_scope USING ERRCODE = 'GS003';
    END IF;

    PERFORM ops.act_as('platform', v_key.platform_id, p_address, p_user_agent);
    PERFORM set_config('gigstream.scopes', array_to_string(v_key.scopes, ' '), TRUE);
END;
$$;

-- Name: authenticate_worker(uuid, uuid, text, text); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.authenticate_worker(p_worker_id uuid, p_session_id uuid, p_address text, p_user_agent text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM ops.refresh_tokens
        WHERE session_id = p_session_id
            AND worker_id = p_worker_id
            AND used_at IS NULL
            AND revoked_at IS NULL
            AND expires_at > clock_timestamp()
    ) THEN
        RAISE EXCEPTION 'the session has ended' USING ERRCODE = 'GS002';
    END IF;

    PERFORM ops.act_as('worker', p_worker_id, p_address, p_user_agent);
    PERFORM set_config('gigstream.session', p_session_id::text, TRUE);
END;
$$;

-- Name: await_seal(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.await_seal() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
BEGIN
    IF tg_when = 'BEFORE' THEN
        PERFORM pg_current_xact_id();
    ELSE
        INSERT INTO ops.audit_waiting (audit_id) SELECT n.id FROM new_rows AS n;
    END IF;
    RETURN NULL;
END;
$$;

-- Name: check_invariants(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.check_invariants() RETURNS TABLE(figure text, subject uuid, stored text, recounted text)
    LANGUAGE sql STABLE
    AS $$
    SELECT f.figure, f.subject, f.stored::text, f.recounted::text
    FROM (
        SELECT r.* FROM ops.recount_workers() AS r
        UNION ALL SELECT r.* FROM ops.recount_platforms() AS r
        UNION ALL SELECT r.* FROM ops.recount_reputation() AS r
        UNION ALL SELECT r.* FROM ops.recount_tasks() AS r
        UNION ALL SELECT r.* FROM ops.recount_transactions() AS r
        UNION ALL SELECT r.* FROM ops.recount_settlements() AS r
        UNION ALL SELECT r.* FROM ops.recount_advances() AS r
        UNION ALL SELECT r.* FROM ops.recount_accounts() AS r
        UNION ALL SELECT r.* FROM ops.recount_deposits() AS r
        UNION ALL SELECT r.* FROM ops.recount_days() AS r
        UNION ALL SELECT r.* FROM ops.recount_events() AS r
        UNION ALL SELECT r.* FROM ops.recount_circle() AS r
    ) AS f
    WHERE f.stored IS DISTINCT FROM f.recounted
    ORDER BY f.figure, f.subject
$$;

-- Name: circle_key(uuid); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.circle_key(p_id uuid) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
    SELECT k.public_key FROM ops.circle_keys AS k WHERE k.id = p_id
$$;

-- Name: claim_deliveries(integer, integer, interval); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.claim_deliveries(p_limit integer, p_each integer, p_lease interval) RETURNS TABLE(id uuid, attempts integer, endpoint_id uuid, url text, secret_version integer, previous_version integer, event_id uuid, event text, created_at timestamp with time zone, sequence bigint, data jsonb)
    LANGUAGE sql
    AS $$
    WITH ready AS (
        SELECT e.id
        FROM ops.webhook_endpoints AS e
        WHERE e.disabled_at IS NULL AND EXISTS (
            SELECT FROM ops.webhook_deliveries AS d
            WHERE d.endpoint_id = e.id AND d.status = 'pending' AND d.next_attempt_at <= statement_timestamp()
                AND (d.leased_until IS NULL OR d.leased_until <= statement_timestamp())
        )
        FOR NO KEY UPDATE SKIP LOCKED
    ),

    due AS (
        SELECT d.id
        FROM ready AS r
        CROSS JOIN LATERAL (
            SELECT w.id, w.next_attempt_at, row_number() OVER (ORDER BY w.next_attempt_at) AS turn
            FROM ops.webhook_deliveries AS w
            WHERE w.endpoint_id = r.id AND w.status = 'pending' AND w.next_attempt_at <= statement_timestamp()
                AND (w.leased_until IS NULL OR w.leased_until <= statement_timestamp())
            ORDER BY w.next_attempt_at
            LIMIT greatest(0, p_each - (
                SELECT count(*) FROM ops.webhook_deliveries AS l
                WHERE l.endpoint_id = r.id AND l.leased_until > statement_timestamp()
            ))
        ) AS d
        ORDER BY d.turn, d.next_attempt_at
        LIMIT p_limit
    ),

    taken AS (
        UPDATE ops.webhook_deliveries AS d
        SET leased_until = clock_timestamp() + p_lease, attempts = d.attempts + 1, last_attempt_at = clock_timestamp()
        FROM due AS u
        WHERE d.id = u.id AND d.status = 'pending'
            AND (d.leased_until IS NULL OR d.leased_until <= statement_timestamp())
        RETURNING d.id, d.attempts, d.endpoint_id, d.event_id
    )

    SELECT
        t.id, t.attempts, e.id, e.url, e.secret_version,
        CASE WHEN e.secret_rotated_at > clock_timestamp() - interval '24 hours' THEN e.secret_version - 1 END,
        o.id, o.event, o.created_at, o.sequence,
        ops.event_data(o.object_type, o.object_id, o.worker_id, o.payload)
    FROM taken AS t
    INNER JOIN ops.webhook_endpoints AS e ON t.endpoint_id = e.id
    INNER JOIN ops.outbox AS o ON t.event_id = o.id
$$;

-- Name: claim_request(text, text, bytea); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.claim_request(p_route text, p_key text, p_request_hash bytea) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
DECLARE
    v_hash bytea;
BEGIN
    INSERT INTO ops.idempotency_keys (principal, route, key, request_hash)
    VALUES (ops.principal(), p_route, p_key, p_request_hash)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        RETURN;
    END IF;

    SELECT i.request_hash INTO v_hash
    FROM ops.idempotency_keys AS i
    WHERE i.principal = ops.principal() AND i.route = p_route AND i.key = p_key;
    IF v_hash IS DISTINCT FROM p_request_hash THEN
        RAISE EXCEPTION 'this Idempotency-Key came with another request before'
            USING ERRCODE = 'GS021', COLUMN = 'Idempotency-Key';
    END IF;
    RAISE EXCEPTION 'this request was answered before' USING ERRCODE = 'GS020';
END;
$$;

-- Name: count_key_request(bytea, text, integer); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.count_key_request(p_key_hash bytea, p_address text, p_limit integer, OUT "limit" integer, OUT remaining integer, OUT reset integer) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
DECLARE
    v_key record;
BEGIN
    SELECT k.id, k.platform_id INTO v_key FROM ops.api_keys AS k
    WHERE k.key_hash = p_key_hash
        AND k.revoked_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp());

    SELECT c.* INTO "limit", remaining, reset
    FROM ops.count_request(coalesce('platform:' || v_key.platform_id, 'no key:' || p_address), p_limit) AS c;

    IF v_key.id IS NOT NULL THEN
        INSERT INTO ops.api_key_uses AS u (key_id, last_used_at)
        VALUES (v_key.id, clock_timestamp())
        ON CONFLICT (key_id) DO UPDATE
        SET last_used_at = excluded.last_used_at
        WHERE u.last_used_at < date_trunc('minute', excluded.last_used_at);
    END IF;
END;
$$;

-- Name: count_money_days(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.count_money_days() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
BEGIN
    IF EXISTS (SELECT FROM posted AS x WHERE x.reason = 'settle') THEN
        INSERT INTO ops.payout_days AS d (platform_id, day, paid_out)
        SELECT a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date, sum(x.amount)
        FROM posted AS x
        INNER JOIN ledger.accounts AS a ON x.debit_account = a.id
        WHERE x.reason = 'settle'
        GROUP BY a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date
        ORDER BY a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date
        ON CONFLICT (platform_id, day) DO UPDATE SET paid_out = d.paid_out + excluded.paid_out;
    END IF;

    IF NOT EXISTS (SELECT FROM posted AS x WHERE x.reason IN ('pay', 'release')) THEN
        RETURN NULL;
    END IF;

    WITH credited AS (
        SELECT
            a.platform_id, a.owner_id AS worker_id, (x.created_at AT TIME ZONE 'UTC')::date AS day,
            sum(x.amount) AS earned,
            coalesce(sum(x.amount) FILTER (WHERE x.reason = 'release'), 0) AS released
        FROM posted AS x
        INNER JOIN ledger.accounts AS a ON x.credit_account = a.id
        WHERE x.reason IN ('pay', 'release')
        GROUP BY a.platform_id, a.owner_id, (x.created_at AT TIME ZONE 'UTC')::date
    ),

    first_paid AS (
        INSERT INTO ops.paid_workers (platform_id, day, worker_id)
        SELECT c.platform_id, c.day, c.worker_id
        FROM credited AS c
        ON CONFLICT DO NOTHING
        RETURNING platform_id, day, worker_id
    )

    INSERT INTO ops.earning_days AS d (platform_id, day, earned, released, workers)
    SELECT e.platform_id, e.day, sum(e.earned), sum(e.released), sum(e.workers)
    FROM (
        SELECT c.platform_id, c.day, c.earned, c.released, 0 AS workers FROM credited AS c
        UNION ALL
        SELECT f.platform_id, f.day, 0, 0, 1 FROM first_paid AS f
    ) AS e
    GROUP BY e.platform_id, e.day
    ORDER BY e.platform_id, e.day
    ON CONFLICT (platform_id, day) DO UPDATE
    SET
        earned = d.earned + excluded.earned,
        released = d.released + excluded.released,
        workers = d.workers + excluded.workers;
    RETURN NULL;
END;
$$;

-- Name: count_open_tasks(ops.task_change[]); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.count_open_tasks(p_changes ops.task_change[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO ops.memberships (platform_id, worker_id)
    SELECT DISTINCT c.platform_id, c.worker_id
    FROM unnest(p_changes) AS c
    WHERE c.sign > 0
    ORDER BY c.platform_id, c.worker_id
    ON CONFLICT DO NOTHING;

    PERFORM FROM ops.memberships AS m
    WHERE (m.platform_id, m.worker_id) IN (SELECT c.platform_id, c.worker_id FROM unnest(p_changes) AS c)
    ORDER BY m.platform_id, m.worker_id
    FOR NO KEY UPDATE;

    UPDATE ops.memberships AS m
    SET open_tasks = m.open_tasks + d.open_tasks
    FROM (
        SELECT c.platform_id, c.worker_id, sum(c.sign) AS open_tasks
        FROM unnest(p_changes) AS c
        WHERE c.status IN ('pending', 'active', 'disputed')
        GROUP BY c.platform_id, c.worker_id
        HAVING sum(c.sign) <> 0
    ) AS d
    WHERE m.platform_id = d.platform_id AND m.worker_id = d.worker_id;
END;
$$;

-- Name: count_request(text, integer); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.count_request(p_key text, p_limit integer, OUT "limit" integer, OUT remaining integer, OUT reset integer) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
DECLARE
    v_minute CONSTANT timestamptz := date_trunc('minute', clock_timestamp());
    v_requests integer;
BEGIN
    INSERT INTO ops.rate_limits AS r (key, minute, requests)
    VALUES (p_key, v_minute, 1)
    ON CONFLICT (key) DO UPDATE
    SET minute = greatest(r.minute, excluded.minute),
        requests = CASE WHEN r.minute >= excluded.minute THEN r.requests + 1 ELSE 1 END
    RETURNING r.requests INTO v_requests;

    "limit" := p_limit;
    remaining := p_limit - v_requests;
    reset := ceil(60 - extract(SECOND FROM clock_timestamp()));
    IF remaining < 0 THEN
        RAISE EXCEPTION 'more than % requests in a minute', p_limit USING ERRCODE = 'GS004', DETAIL = reset;
    END IF;
END;
$$;

-- Name: count_task_days(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.count_task_days() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
DECLARE
    v_changes ops.task_day_change [] := '{}';
BEGIN
    IF tg_op <> 'DELETE' THEN
        v_changes := ARRAY(
            SELECT (1, n.platform_id, n.created_at, n.completed_at, n.cancelled_at)::ops.task_day_change
            FROM new_rows AS n
        );
    END IF;
    IF tg_op <> 'INSERT' THEN
        v_changes := v_changes || ARRAY(
            SELECT (-1, o.platform_id, o.created_at, o.completed_at, o.cancelled_at)::ops.task_day_change
            FROM old_rows AS o
        );
    END IF;

    -- A day that loses something is there already, unless its platform is on its way out and has taken it along.
    INSERT INTO ops.task_days AS d (platform_id, day, created, completed, cancelled)
    SELECT m.platform_id, m.day, m.created, m.completed, m.cancelled
    FROM (
        SELECT
            c.platform_id,
            (e.at AT TIME ZONE 'UTC')::date AS day,
            coalesce(sum(c.sign) FILTER (WHERE e.what = 'created'), 0) AS created,
            coalesce(sum(c.sign) FILTER (WHERE e.what = 'completed'), 0) AS completed,
            coalesce(sum(c.sign) FILTER (WHERE e.what = 'cancelled'), 0) AS cancelled
        FROM unnest(v_changes) AS c
        CROSS JOIN LATERAL (
            VALUES ('created', c.created_at), ('completed', c.completed_at), ('cancelled', c.cancelled_at)
        ) AS e (what, at)
        WHERE e.at IS NOT NULL
        GROUP BY c.platform_id, (e.at AT TIME ZONE 'UTC')::date
    ) AS m
    WHERE (m.created, m.completed, m.cancelled) <> (0, 0, 0)
        AND EXISTS (SELECT FROM public.platforms AS p WHERE p.id = m.platform_id)
    ORDER BY m.platform_id, m.day
    ON CONFLICT (platform_id, day) DO UPDATE
    SET
        created = d.created + excluded.created,
        completed = d.completed + excluded.completed,
        cancelled = d.cancelled + excluded.cancelled;
    RETURN NULL;
END;
$$;

-- Name: disable_endpoints(uuid[], text); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.disable_endpoints(p_endpoints uuid[], p_reason text) RETURNS void
    LANGUAGE sql
    AS $$
    UPDATE ops.webhook_endpoints SET disabled_at = clock_timestamp(), disabled_reason = p_reason
    WHERE id = ANY(p_endpoints);

    UPDATE ops.webhook_deliveries
    SET status = 'failed', next_attempt_at = NULL, leased_until = NULL, error = coalesce(error, 'the endpoint is disabled')
    WHERE endpoint_id = ANY(p_endpoints) AND status = 'pending';

    INSERT INTO ops.outbox (event, platform_id, object_type, object_id, payload)
    SELECT
        'webhook_endpoint.disabled', e.platform_id, 'webhook_endpoint', e.id,
        jsonb_build_object('url', e.url, 'disabled_reason', p_reason)
    FROM ops.webhook_endpoints AS e
    WHERE e.id = ANY(p_endpoints)
    ORDER BY e.id;

    SELECT ops.audit('webhook_endpoint.disabled', 'webhook_endpoint', e.id, jsonb_build_object('reason', p_reason))
    FROM unnest(p_endpoints) AS e (id);
$$;

-- Name: email_hash(text); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.email_hash(p_email text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN sha256(convert_to(lower(p_email), 'UTF8'::name));

-- Name: emit(text, uuid, uuid, text, uuid, jsonb); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.emit(p_event text, p_platform_id uuid, p_worker_id uuid, p_object_type text, p_object_id uuid, p_payload jsonb) RETURNS void
    LANGUAGE sql
    AS $$
    INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
    VALUES (p_event, p_platform_id, p_worker_id, p_object_type, p_object_id, p_payload)
$$;

-- Name: end_payouts(uuid[], text, bigint[], text[]); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.end_payouts(p_payouts uuid[], p_tx_hash text, p_payment_nos bigint[], p_errors text[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    UPDATE transactions AS t
    SET
        status = CASE WHEN p.error IS NULL THEN 'completed' ELSE 'failed' END,
        tx_hash = p_tx_hash,
        payment_no = p.payment_no,
        blockchain_confirmations = (p_tx_hash IS NOT NULL)::integer,
        processed_at = CASE WHEN p.error IS NULL THEN v_now END,
        error_message = p.error
    FROM unnest(p_payouts, p_payment_nos, p_errors) AS p (id, payment_no, error)
    WHERE t.id = p.id;

    PERFORM ops.audit_each('payout.' || t.status, 'transaction', array_agg(t.id ORDER BY t.id))
    FROM transactions AS t
    WHERE t.id = ANY(p_payouts)
    GROUP BY t.status;
    INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
    SELECT
        'payout.' || t.status, t.platform_id, t.worker_id, 'transaction', t.id,
        jsonb_strip_nulls(
            jsonb_build_object('amount', t.amount::text, 'tx_hash', t.tx_hash, 'error', t.error_message)
        )
    FROM transactions AS t
    WHERE t.id = ANY(p_payouts)
    ORDER BY t.id;

    -- LEFT, so that an account that is not there fails the settlement instead of losing it.
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, transaction_id, event_at)
    SELECT
        s.id, CASE t.status WHEN 'completed' THEN ledger.account('custody') ELSE a.id END, t.amount,
        CASE t.status WHEN 'completed' THEN 'settle' ELSE 'return' END, t.id, v_now
    FROM transactions AS t
    LEFT JOIN ledger.accounts AS s
        ON t.worker_id = s.owner_id AND s.kind = 'worker_settling' AND t.platform_id = s.platform_id
    LEFT JOIN ledger.accounts AS a
        ON t.worker_id = a.owner_id AND a.kind = 'worker_available' AND t.platform_id = a.platform_id
    WHERE t.id = ANY(p_payouts);
END;
$$;

-- Name: end_session(uuid); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.end_session(p_session_id uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    LOOP
        UPDATE ops.refresh_tokens
        SET revoked_at = clock_timestamp()
        WHERE session_id = p_session_id AND revoked_at IS NULL;
        EXIT WHEN NOT FOUND;
    END LOOP;
END;
$$;

-- Name: settlements; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.settlements (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    rail text NOT NULL,
    chain_id bigint NOT NULL,
    signer ops.address,
    contract ops.address,
    state text DEFAULT 'queued'::text NOT NULL,
    nonce bigint,
    first_payment_no bigint,
    payments integer NOT NULL,
    amount ops.usdc NOT NULL,
    idempotency_key uuid,
    circle_tx_id text,
    circle_state text,
    tx_hash text,
    block_number bigint,
    block_hash text,
    gas_used bigint,
    gas_price numeric,
    error text,
    observed integer DEFAULT 0 NOT NULL,
    cleared_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT settlements_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT settlements_block_hash_check CHECK ((block_hash ~ '^0x[0-9a-f]{64}$'::text)),
    CONSTRAINT settlements_block_number_check CHECK ((block_number >= 0)),
    CONSTRAINT settlements_chain_id_check CHECK ((chain_id > 0)),
    CONSTRAINT settlements_circle CHECK (((rail <> 'circle'::text) OR ((idempotency_key IS NOT NULL) AND (payments = 1) AND (num_nonnulls(nonce, first_payment_no, contract) = 0) AND (state <> 'signed'::text) AND ((circle_tx_id IS NULL) = (circle_state IS NULL)) AND ((state <> ALL (ARRAY['queued'::text, 'reserved'::text])) OR (circle_tx_id IS NULL)) AND ((state <> ALL (ARRAY['broadcast'::text, 'final_ok'::text])) OR (circle_tx_id IS NOT NULL))))),
    CONSTRAINT settlements_conflict CHECK (((state <> 'conflict'::text) OR (error IS NOT NULL))),
    CONSTRAINT settlements_final CHECK (
CASE
    WHEN (state = 'final_ok'::text) THEN (num_nulls(tx_hash, block_number, block_hash) = 0)
    WHEN (state = 'final_reverted'::text) THEN (error IS NOT NULL)
    ELSE (num_nonnulls(tx_hash, block_number, block_hash, gas_used, gas_price, cleared_at) = 0)
END),
    CONSTRAINT settlements_first_payment_no_check CHECK ((first_payment_no > 0)),
    CONSTRAINT settlements_gas_price_check CHECK (((gas_price >= (0)::numeric) AND (gas_price <> 'NaN'::numeric))),
    CONSTRAINT settlements_gas_used_check CHECK ((gas_used >= 0)),
    CONSTRAINT settlements_nonce_check CHECK ((nonce >= 0)),
    CONSTRAINT settlements_observed_check CHECK ((observed >= 0)),
    CONSTRAINT settlements_payments_check CHECK ((payments > 0)),
    CONSTRAINT settlements_rail_check CHECK ((rail = ANY (ARRAY['web3'::text, 'circle'::text]))),
    CONSTRAINT settlements_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'reserved'::text, 'signed'::text, 'broadcast'::text, 'final_ok'::text, 'final_reverted'::text, 'conflict'::text]))),
    CONSTRAINT settlements_tx_hash_check CHECK ((tx_hash ~ '^0x[0-9a-f]{64}$'::text)),
    CONSTRAINT settlements_web3 CHECK (((rail <> 'web3'::text) OR ((contract IS NOT NULL) AND (num_nonnulls(idempotency_key, circle_tx_id, circle_state) = 0) AND
CASE state
    WHEN 'queued'::text THEN (nonce IS NULL)
    WHEN 'final_reverted'::text THEN ((nonce IS NOT NULL) OR (cleared_at IS NOT NULL))
    ELSE (nonce IS NOT NULL)
END AND ((nonce IS NULL) = (first_payment_no IS NULL)) AND ((nonce IS NULL) OR (signer IS NOT NULL)))))
);

-- Name: end_settlement(ops.settlements, text, bigint, text, bigint, numeric, bigint[], text, boolean); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.end_settlement(p_settlement ops.settlements, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric, p_failed bigint[], p_error text, p_cleared boolean) RETURNS ops.settlements
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_settlement ops.settlements;
BEGIN
    PERFORM FROM transactions AS t
    WHERE t.id IN (SELECT p.transaction_id FROM ops.settlement_payments AS p WHERE p.settlement_id = p_settlement.id)
    ORDER BY t.id
    FOR NO KEY UPDATE;
    IF p_settlement.state = 'queued' AND p_settlement.rail = 'circle' THEN
        PERFORM ops.number_payments(p_settlement);
    END IF;

    UPDATE ops.settlements AS s
    SET
        state = CASE WHEN p_error IS NULL THEN 'final_ok' ELSE 'final_reverted' END,
        tx_hash = p_tx_hash,
        block_number = p_block_number,
        block_hash = p_block_hash,
        gas_used = p_gas_used,
        gas_price = p_gas_price,
        error = coalesce(p_error, s.error),
        cleared_at = CASE WHEN p_cleared THEN clock_timestamp() END
    WHERE s.id = p_settlement.id
    RETURNING s.* INTO v_settlement;
    UPDATE ops.settlement_payments AS p
    SET failed = TRUE
    WHERE p.settlement_id = p_settlement.id AND (p_error IS NOT NULL OR p.payment_no = ANY(p_failed));

    PERFORM ops.end_payouts(
        array_agg(p.transaction_id ORDER BY p.transaction_id), p_tx_hash,
        array_agg(p.payment_no ORDER BY p.transaction_id),
        array_agg(
            CASE WHEN p.failed THEN coalesce(p_error, 'the payee could not be paid') END ORDER BY p.transaction_id
        )
    )
    FROM ops.settlement_payments AS p
    WHERE p.settlement_id = p_settlement.id;
    RETURN v_settlement;
END;
$$;

-- Name: event_data(text, uuid, uuid, jsonb); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.event_data(p_object_type text, p_object_id uuid, p_worker_id uuid, p_payload jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (jsonb_strip_nulls(jsonb_build_object('object', p_object_type, 'id', p_object_id, 'worker_id', p_worker_id)) || p_payload);

-- Name: event_position(uuid); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.event_position(p_event_id uuid) RETURNS xid8
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    v_xid xid8;
BEGIN
    SELECT o.xid INTO v_xid FROM ops.outbox AS o WHERE o.id = p_event_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'is not a cursor of this list' USING ERRCODE = 'GS015', COLUMN = 'cursor';
    END IF;
    RETURN v_xid;
END;
$$;

-- Name: guard_attempt(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.guard_attempt() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (
        NEW.settlement_id, NEW.number, NEW.tx_hash, NEW.raw, NEW.gas, NEW.max_fee_per_gas,
        NEW.max_priority_fee_per_gas, NEW.stored_at
    ) IS DISTINCT FROM (
        OLD.settlement_id, OLD.number, OLD.tx_hash, OLD.raw, OLD.gas, OLD.max_fee_per_gas,
        OLD.max_priority_fee_per_gas, OLD.stored_at
    )
    OR NEW.broadcast_at IS DISTINCT FROM coalesce(OLD.broadcast_at, NEW.broadcast_at) THEN
        RAISE EXCEPTION 'what was signed does not change' USING ERRCODE = 'GS014';
    END IF;
    RETURN NEW;
END;
$$;

-- Name: guard_payment(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.guard_payment() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (NEW.settlement_id, NEW.transaction_id, NEW.to_address, NEW.amount)
    IS DISTINCT FROM (OLD.settlement_id, OLD.transaction_id, OLD.to_address, OLD.amount)
    OR (
        OLD.payment_no IS NOT NULL
        AND (NEW.payment_no, NEW.chain_id, NEW.contract)
        IS DISTINCT FROM (OLD.payment_no, OLD.chain_id, OLD.contract)
    )
    OR (OLD.failed AND NOT NEW.failed) THEN
        RAISE EXCEPTION 'what a settlement pays does not change' USING ERRCODE = 'GS014';
    END IF;
    RETURN NEW;
END;
$$;

-- Name: guard_settlement(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.guard_settlement() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.state IN ('final_ok', 'final_reverted') THEN
        RAISE EXCEPTION 'the settlement has ended as %', OLD.state USING ERRCODE = 'GS011';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state || ' ' || NEW.state) <> ALL(
        CASE OLD.rail
            WHEN 'web3' THEN ARRAY[
                'queued reserved', 'queued final_reverted', 'reserved signed', 'reserved conflict',
                'signed broadcast', 'signed final_ok', 'signed final_reverted', 'signed conflict',
                'broadcast final_ok', 'broadcast final_reverted', 'broadcast conflict',
                'conflict final_ok', 'conflict final_reverted'
            ]
            ELSE ARRAY[
                'queued reserved', 'queued broadcast', 'queued final_reverted',
                'reserved broadcast', 'reserved final_reverted', 'reserved conflict',
                'broadcast final_ok', 'broadcast final_reverted', 'broadcast conflict',
                'conflict final_ok', 'conflict final_reverted'
            ]
        END
    ) THEN
        RAISE EXCEPTION 'a settlement does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'GS011';
    END IF;
    IF (
        NEW.id, NEW.rail, NEW.chain_id, NEW.payments, NEW.amount, NEW.idempotency_key, NEW.created_at
    ) IS DISTINCT FROM (
        OLD.id, OLD.rail, OLD.chain_id, OLD.payments, OLD.amount, OLD.idempotency_key, OLD.created_at
    )
    OR (
        OLD.state <> 'queued'
        AND (NEW.signer, NEW.contract, NEW.nonce, NEW.first_payment_no)
        IS DISTINCT FROM (OLD.signer, OLD.contract, OLD.nonce, OLD.first_payment_no)
    )
    OR NEW.circle_tx_id IS DISTINCT FROM coalesce(OLD.circle_tx_id, NEW.circle_tx_id) THEN
        RAISE EXCEPTION 'what a settlement was given does not change' USING ERRCODE = 'GS011';
    END IF;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END;
$$;

-- Name: streams; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.streams (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    task_id uuid NOT NULL,
    platform_id uuid NOT NULL,
    worker_id uuid NOT NULL,
    contract_address ops.address,
    start_time timestamp(0) with time zone NOT NULL,
    end_time timestamp(0) with time zone NOT NULL,
    total_amount ops.usdc NOT NULL,
    released_amount ops.usdc DEFAULT 0 NOT NULL,
    remaining_amount ops.usdc NOT NULL,
    anchor_time timestamp(0) with time zone NOT NULL,
    anchor_amount ops.usdc DEFAULT 0 NOT NULL,
    release_interval integer DEFAULT 3600 NOT NULL,
    next_release_at timestamp(0) with time zone,
    release_seq integer DEFAULT 0 NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    paused_at timestamp(0) with time zone,
    cancelled_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT streams_amounts CHECK ((((anchor_amount)::numeric <= (released_amount)::numeric) AND ((released_amount)::numeric <= (total_amount)::numeric) AND ((remaining_amount)::numeric = ((total_amount)::numeric - (released_amount)::numeric)))),
    CONSTRAINT streams_release_interval_check CHECK (((release_interval >= 60) AND (release_interval <= 2592000))),
    CONSTRAINT streams_release_seq_check CHECK ((release_seq >= 0)),
    CONSTRAINT streams_status CHECK ((((status = 'completed'::text) = ((released_amount)::numeric = (total_amount)::numeric)) AND ((status = 'active'::text) = (next_release_at IS NOT NULL)) AND ((status = 'paused'::text) = (paused_at IS NOT NULL)) AND ((status = 'cancelled'::text) = (cancelled_at IS NOT NULL)))),
    CONSTRAINT streams_status_check CHECK ((status = ANY (ARRAY['active'::text, 'paused'::text, 'completed'::text, 'cancelled'::text]))),
    CONSTRAINT streams_times CHECK (((start_time <= anchor_time) AND (anchor_time < end_time))),
    CONSTRAINT streams_total_amount_check CHECK (((total_amount)::numeric > (0)::numeric))
)
WITH (fillfactor='50');

-- Name: halt_stream(public.streams); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.halt_stream(p_stream public.streams) RETURNS public.streams
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_now timestamptz := date_trunc('second', least(clock_timestamp(), p_stream.end_time - interval '1 second'));
    v_stream streams;
BEGIN
    PERFORM ops.lock_events(p_stream.id);
    PERFORM release_streams(ARRAY[p_stream.id], v_now);

    UPDATE streams AS s SET status = 'paused', paused_at = v_now, next_release_at = NULL WHERE s.id = p_stream.id
    RETURNING s.* INTO v_stream;

    PERFORM ops.audit('stream.paused', 'stream', v_stream.id);
    PERFORM ops.emit(
        'stream.paused', v_stream.platform_id, v_stream.worker_id, 'stream', v_stream.id,
        jsonb_build_object('released_amount', v_stream.released_amount::text)
    );
    RETURN v_stream;
END;
$$;

-- Name: hand_on_scopes(text[]); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.hand_on_scopes(p_scopes text[]) RETURNS void
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    v_lacking text := ops.lacking_scopes(p_scopes);
BEGIN
    IF v_lacking IS NOT NULL THEN
        RAISE EXCEPTION 'your own key does not hold %', v_lacking USING ERRCODE = 'GS040', COLUMN = 'scopes';
    END IF;
END;
$$;

-- Name: is_wanted(uuid, text[], text, text, uuid); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.is_wanted(p_endpoint_id uuid, p_event_types text[], p_event text, p_object_type text, p_object_id uuid) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (p_event = 'webhook_endpoint.test'::text) THEN (p_object_id = p_endpoint_id) ELSE ((p_object_type <> 'loan'::text) AND (((p_event_types)[1] = '*'::text) OR (p_event = ANY (p_event_types)))) END;

-- Name: job_lag(text); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.job_lag(p_job text) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
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

-- Name: keep_circle_key(uuid, bytea); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.keep_circle_key(p_id uuid, p_public_key bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
    INSERT INTO ops.circle_keys (id, public_key) VALUES (p_id, p_public_key) ON CONFLICT (id) DO NOTHING
$$;

-- Name: keep_due_streams(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.keep_due_streams() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
BEGIN
    MERGE INTO ops.due_streams AS d
    USING new_rows AS n
        ON d.stream_id = n.id
    WHEN MATCHED AND n.next_release_at IS NULL THEN
        DELETE
    WHEN MATCHED AND d.next_release_at <> n.next_release_at THEN
        UPDATE SET next_release_at = n.next_release_at
    WHEN NOT MATCHED AND n.next_release_at IS NOT NULL THEN
        INSERT (stream_id, platform_id, next_release_at) VALUES (n.id, n.platform_id, n.next_release_at);
    RETURN NULL;
END;
$$;

-- Name: lacking_scopes(text[]); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.lacking_scopes(p_scopes text[]) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT string_agg(s.scope, ', ') FROM unnest(p_scopes) AS s (scope) WHERE s.scope <> ALL (ops.scopes())
$$;

-- Name: webhook_endpoints; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.webhook_endpoints (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    platform_id uuid NOT NULL,
    url text NOT NULL,
    event_types text[] DEFAULT '{*}'::text[] NOT NULL,
    description text,
    secret_version integer DEFAULT 1 NOT NULL,
    secret_rotated_at timestamp with time zone,
    failing_since timestamp with time zone,
    disabled_at timestamp with time zone,
    disabled_reason text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT webhook_endpoints_check CHECK (((disabled_at IS NULL) = (disabled_reason IS NULL))),
    CONSTRAINT webhook_endpoints_description_check CHECK ((length(description) <= 200)),
    CONSTRAINT webhook_endpoints_disabled_reason_check CHECK ((disabled_reason = ANY (ARRAY['platform'::text, 'gone'::text, 'failing'::text]))),
    CONSTRAINT webhook_endpoints_event_types_check CHECK (((cardinality(event_types) >= 1) AND (cardinality(event_types) <= 100))),
    CONSTRAINT webhook_endpoints_secret_version_check CHECK ((secret_version > 0)),
    CONSTRAINT webhook_endpoints_url_check CHECK ((length(url) <= 2000))
)
WITH (fillfactor='80');

-- Name: lock_endpoint(uuid); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.lock_endpoint(p_endpoint_id uuid) RETURNS ops.webhook_endpoints
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_endpoint ops.webhook_endpoints;
BEGIN
    SELECT e.* INTO v_endpoint FROM ops.webhook_endpoints AS e
    WHERE e.id = p_endpoint_id AND e.platform_id = ops.require_platform()
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no webhook endpoint %', p_endpoint_id USING ERRCODE = 'GS001';
    END IF;
    RETURN v_endpoint;
END;
$$;

-- Name: lock_events(uuid); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.lock_events(p_stream_id uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT FROM ops.event_counters AS c WHERE c.object_id = p_stream_id FOR NO KEY UPDATE
$$;

-- Name: lock_members(uuid[]); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.lock_members(p_workers uuid[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
BEGIN
    PERFORM FROM workers AS w
    WHERE w.id IN (
        SELECT m.worker_id FROM ops.memberships AS m
        WHERE m.platform_id = v_platform_id AND m.worker_id = ANY(p_workers)
    )
    ORDER BY w.id
    FOR NO KEY UPDATE;
END;
$$;

-- Name: lock_payout(uuid); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.lock_payout(p_transaction_id uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_status text;
BEGIN
    SELECT t.status INTO v_status
    FROM transactions AS t
    WHERE t.id = p_transaction_id AND t.tx_type = 'payout'
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no payout %', p_transaction_id USING ERRCODE = 'GS001';
    END IF;
    IF v_status NOT IN ('pending', 'processing') THEN
        RAISE EXCEPTION 'the transaction is %, not pending or processing', v_status USING ERRCODE = 'GS011';
    END IF;
    IF EXISTS (SELECT FROM ops.settlement_payments AS p WHERE p.transaction_id = p_transaction_id) THEN
        RAISE EXCEPTION 'the payout ends with its settlement' USING ERRCODE = 'GS011';
    END IF;
END;
$$;

-- Name: lock_releases(uuid[]); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.lock_releases(p_accounts uuid[]) RETURNS uuid[]
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
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

-- Name: lock_settlement(uuid); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.lock_settlement(p_id uuid) RETURNS ops.settlements
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_settlement ops.settlements;
BEGIN
    SELECT s.* INTO v_settlement FROM ops.settlements AS s WHERE s.id = p_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no settlement %', p_id USING ERRCODE = 'GS001';
    END IF;
    RETURN v_settlement;
END;
$$;

-- Name: lock_stream(uuid, text[]); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.lock_stream(p_stream_id uuid, p_states text[]) RETURNS public.streams
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_stream streams;
BEGIN
    -- The task too: a stream that one transaction writes twice has its foreign keys checked again, after the money.
    SELECT s.* INTO v_stream
    FROM streams AS s
    INNER JOIN tasks AS t ON s.task_id = t.id
    WHERE s.id = p_stream_id AND s.platform_id = ops.require_platform()
    FOR NO KEY UPDATE OF s FOR KEY SHARE OF t;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no stream %', p_stream_id USING ERRCODE = 'GS001';
    END IF;
    -- Asked anew: the task may have been disputed while this waited for its stream.
    IF EXISTS (SELECT FROM tasks AS t WHERE t.id = v_stream.task_id AND t.status = 'disputed') THEN
        RAISE EXCEPTION 'the task is disputed' USING ERRCODE = 'GS011';
    END IF;
    IF v_stream.status <> ALL(p_states) OR (v_stream.status = 'active' AND v_stream.end_time <= clock_timestamp()) THEN
        RAISE EXCEPTION 'the stream is %, not %',
            CASE
                WHEN v_stream.status = 'active' AND v_stream.end_time <= clock_timestamp() THEN 'at its end'
                ELSE v_stream.status
            END,
            array_to_string(p_states, ' or ')
            USING ERRCODE = 'GS011';
    END IF;
    RETURN v_stream;
END;
$$;

-- Name: lock_task(uuid); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.lock_task(p_task_id uuid) RETURNS public.tasks
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_task tasks;
BEGIN
    SELECT t.* INTO v_task FROM tasks AS t
    WHERE t.id = p_task_id AND t.platform_id = ops.require_platform()
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no task %', p_task_id USING ERRCODE = 'GS001';
    END IF;
    RETURN v_task;
END;
$$;

-- Name: migration_version(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.migration_version() RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
    SELECT max(version) FROM ops.schema_migrations
$$;

-- Name: mirror_api_key(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.mirror_api_key() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE platforms SET api_key = NEW.prefix, api_key_hash = NEW.key_hash WHERE id = NEW.platform_id;
    RETURN NULL;
END;
$$;

-- Name: mirror_webhook(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.mirror_webhook() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE platforms AS p
    SET webhook_url = (
        SELECT e.url FROM ops.webhook_endpoints AS e WHERE e.platform_id = p.id ORDER BY e.id DESC LIMIT 1
    )
    WHERE p.id = coalesce(NEW.platform_id, OLD.platform_id);
    RETURN NULL;
END;
$$;

-- Name: next_due(text, timestamp with time zone, numeric, interval); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.next_due(p_job text, p_as_of timestamp with time zone, p_minimum numeric, p_age interval) RETURNS timestamp with time zone
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
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

-- Name: next_payment_no(bigint, ops.address); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.next_payment_no(p_chain_id bigint, p_contract ops.address) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT coalesce(max(p.payment_no), 0) + 1
    FROM ops.settlement_payments AS p
    WHERE p.chain_id = p_chain_id AND p.contract = p_contract
$$;

-- Name: number_event(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.number_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO ops.event_counters AS c (object_id, platform_id, last)
    VALUES (NEW.object_id, NEW.platform_id, 1)
    ON CONFLICT (object_id, platform_id) DO UPDATE SET last = c.last + 1
    RETURNING c.last INTO NEW.sequence;
    RETURN NEW;
END;
$$;

-- Name: number_payments(ops.settlements); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.number_payments(p_settlement ops.settlements) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM FROM transactions AS t
    WHERE t.id IN (SELECT p.transaction_id FROM ops.settlement_payments AS p WHERE p.settlement_id = p_settlement.id)
    ORDER BY t.id
    FOR NO KEY UPDATE;

    UPDATE ops.settlement_payments AS p
    SET
        payment_no = coalesce(p_settlement.first_payment_no, 1) + n.n - 1,
        chain_id = CASE WHEN p_settlement.contract IS NOT NULL THEN p_settlement.chain_id END,
        contract = p_settlement.contract
    FROM (
        SELECT q.transaction_id, row_number() OVER (ORDER BY q.transaction_id) AS n
        FROM ops.settlement_payments AS q
        WHERE q.settlement_id = p_settlement.id
    ) AS n
    WHERE p.transaction_id = n.transaction_id;
    UPDATE transactions AS t
    SET status = 'processing', from_address = coalesce(p_settlement.contract, p_settlement.signer)
    FROM ops.settlement_payments AS p
    WHERE p.settlement_id = p_settlement.id AND t.id = p.transaction_id;
END;
$$;

-- Name: once_a_minute(text); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.once_a_minute(p_key text) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_now CONSTANT timestamptz := clock_timestamp();
BEGIN
    -- A time ahead of now was written before the clock was set back.
    INSERT INTO ops.rate_limits AS r (key, minute, requests)
    VALUES (p_key, v_now, 1)
    ON CONFLICT (key) DO UPDATE SET minute = v_now
    WHERE r.minute <= v_now - interval '1 minute' OR r.minute > v_now;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'a worker may do this once a minute' USING ERRCODE = 'GS070', DETAIL = (
            SELECT ceil(extract(EPOCH FROM r.minute + interval '1 minute' - v_now))
            FROM ops.rate_limits AS r
            WHERE r.key = p_key
        );
    END IF;
END;
$$;

-- Name: open_worker_counters(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.open_worker_counters() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO ops.worker_counters (worker_id) VALUES (NEW.id);
    RETURN NULL;
END;
$$;

-- Name: pause_signer(bigint, ops.address, text); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.pause_signer(p_chain_id bigint, p_address ops.address, p_reason text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE ops.signers AS s
    SET paused_at = clock_timestamp(), paused_reason = p_reason
    WHERE s.chain_id = p_chain_id AND s.address = p_address AND s.paused_at IS NULL;
    IF FOUND THEN
        PERFORM ops.audit(
            'signer.paused', 'signer', NULL,
            jsonb_build_object('chain_id', p_chain_id, 'address', p_address, 'reason', p_reason)
        );
    END IF;
END;
$$;

-- Name: principal(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.principal() RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(ops.tenant_kind() || ':' || ops.tenant()::text, 'address:' || current_setting('gigstream.ip', TRUE))
$$;

-- Name: purge_expired(timestamp with time zone, integer); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.purge_expired(p_as_of timestamp with time zone, p_limit integer) RETURNS TABLE(name text, purged integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
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

-- Name: queue_deliveries(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.queue_deliveries() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO ops.webhook_deliveries (platform_id, endpoint_id, event_id)
    SELECT e.platform_id, e.id, n.id
    FROM new_rows AS n
    INNER JOIN ops.webhook_endpoints AS e ON n.platform_id = e.platform_id
    WHERE e.disabled_at IS NULL AND ops.is_wanted(e.id, e.event_types, n.event, n.object_type, n.object_id)
    ORDER BY n.id, e.id
    FOR KEY SHARE OF e;
    RETURN NULL;
END;
$$;

-- Name: record_transaction_state(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.record_transaction_state() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF tg_op = 'INSERT' THEN
        INSERT INTO ops.transaction_states (transaction_id, status, error_message, created_at)
        SELECT n.id, n.status, n.error_message, coalesce(n.processed_at, n.created_at) FROM new_rows AS n;
    ELSE
        INSERT INTO ops.transaction_states (transaction_id, status, error_message)
        SELECT n.id, n.status, n.error_message
        FROM new_rows AS n
        INNER JOIN old_rows AS o ON n.id = o.id
        WHERE n.status <> o.status;
    END IF;
    RETURN NULL;
END;
$$;

-- Name: recount_accounts(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.recount_accounts() RETURNS TABLE(figure text, subject uuid, stored numeric, recounted numeric)
    LANGUAGE sql STABLE
    AS $$
    WITH gathered AS (
        SELECT l.worker_id, l.platform_id, sum(l.amount_repaid) AS amount
        FROM loans AS l
        WHERE l.status = 'repaying'
        GROUP BY l.worker_id, l.platform_id
    ),

    moved AS (
        SELECT m.account, sum(m.amount) AS amount
        FROM (
            SELECT x.debit_account AS account, -x.amount AS amount FROM ledger.transfers AS x
            UNION ALL
            SELECT x.credit_account, x.amount::numeric FROM ledger.transfers AS x
        ) AS m
        GROUP BY m.account
    ),

    open_holds AS (
        SELECT t.platform_id, sum(CASE WHEN s.id IS NULL THEN t.amount ELSE s.remaining_amount END) AS amount
        FROM tasks AS t
        LEFT JOIN streams AS s ON t.id = s.task_id
        WHERE t.status IN ('pending', 'active', 'disputed')
            AND EXISTS (SELECT FROM ledger.transfers AS x WHERE x.task_id = t.id AND x.reason = 'hold')
        GROUP BY t.platform_id
    ),

    open_payouts AS (
        SELECT t.worker_id, t.platform_id, sum(t.amount) AS amount
        FROM transactions AS t
        WHERE t.tx_type = 'payout' AND t.status IN ('pending', 'processing')
        GROUP BY t.worker_id, t.platform_id
    ),

    last_payouts AS (
        SELECT x.debit_account AS account, max(x.event_at) AS at
        FROM ledger.transfers AS x
        WHERE x.reason = 'payout'
        GROUP BY x.debit_account
    ),

    account_figures AS (
        SELECT a.id, 'accounts.balance of ' || a.kind AS figure, a.balance AS stored, coalesce(m.amount, 0) AS recounted
        FROM ledger.accounts AS a
        LEFT JOIN moved AS m ON a.id = m.account
        UNION ALL
        SELECT a.id, 'accounts.balance held for open tasks', a.balance, coalesce(h.amount, 0)
        FROM ledger.accounts AS a
        LEFT JOIN open_holds AS h ON a.platform_id = h.platform_id
        WHERE a.kind = 'platform_held'
        UNION ALL
        SELECT a.id, 'accounts.balance gathered for open advances', a.balance, coalesce(g.amount, 0)
        FROM ledger.accounts AS a
        LEFT JOIN gathered AS g ON a.owner_id = g.worker_id AND a.platform_id = g.platform_id
        WHERE a.kind = 'worker_advance'
        UNION ALL
        SELECT a.id, 'accounts.balance set aside for open payouts', a.balance, coalesce(o.amount, 0)
        FROM ledger.accounts AS a
        LEFT JOIN open_payouts AS o ON a.owner_id = o.worker_id AND a.platform_id = o.platform_id
        WHERE a.kind = 'worker_settling'
        UNION ALL
        SELECT a.id, 'accounts.paid_out_at', extract(EPOCH FROM a.paid_out_at), extract(EPOCH FROM l.at)
        FROM ledger.accounts AS a
        INNER JOIN last_payouts AS l ON a.id = l.account
        UNION ALL
        SELECT NULL, 'accounts.balance of everything', coalesce(sum(a.balance), 0), 0 FROM ledger.accounts AS a
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM account_figures AS f
$$;

-- Name: recount_advances(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.recount_advances() RETURNS TABLE(figure text, subject uuid, stored numeric, recounted numeric)
    LANGUAGE sql STABLE
    AS $$
    WITH loan_figures AS (
        SELECT l.id, f.figure, f.stored, f.recounted
        FROM loans AS l
        LEFT JOIN (
            SELECT
                x.loan_id,
                coalesce(sum(x.amount) FILTER (WHERE x.reason = 'advance'), 0) AS advanced,
                coalesce(sum(x.amount) FILTER (WHERE x.reason = 'repay'), 0) AS repaid,
                coalesce(sum(x.amount) FILTER (WHERE x.reason = 'recover'), 0) AS recovered,
                coalesce(sum(x.amount) FILTER (WHERE x.reason = 'fee'), 0) AS fee
            FROM ledger.transfers AS x
            WHERE x.loan_id IS NOT NULL
            GROUP BY x.loan_id
        ) AS p ON l.id = p.loan_id
        CROSS JOIN LATERAL (
            VALUES
            (
                'loans.amount advanced', CASE WHEN l.disbursed_at IS NOT NULL THEN l.amount ELSE 0 END,
                coalesce(p.advanced, 0)
            ),
            ('loans.amount_repaid', l.amount_repaid, coalesce(p.repaid, 0)),
            -- An advance that is over, paid back or given up, has been settled: the principal first.
            (
                'loans.amount recovered',
                CASE WHEN l.status IN ('repaid', 'defaulted') THEN least(l.amount, l.amount_repaid) ELSE 0 END,
                coalesce(p.recovered, 0)
            ),
            (
                'loans.fee collected',
                CASE WHEN l.status IN ('repaid', 'defaulted') THEN greatest(0, l.amount_repaid - l.amount) ELSE 0 END,
                coalesce(p.fee, 0)
            )
        ) AS f (figure, stored, recounted)
    ),

    -- The lines of an advance, each under the id of the transfer that it shows.
    line_figures AS (
        SELECT x.id, f.figure, f.stored, f.recounted
        FROM transactions AS x
        LEFT JOIN ledger.transfers AS t
            ON x.id = t.id
            AND t.reason = CASE x.tx_type WHEN 'repayment' THEN 'repay' ELSE x.tx_type END
        LEFT JOIN loans AS l ON t.loan_id = l.id AND x.worker_id = l.worker_id
        CROSS JOIN LATERAL (
            VALUES
            ('transactions.amount of advance', x.amount, CASE WHEN l.id IS NULL THEN 0 ELSE t.amount END),
            (
                'transactions.fee of advance', x.fee,
                CASE WHEN x.tx_type = 'advance' THEN l.fee ELSE 0 END
            )
        ) AS f (figure, stored, recounted)
        WHERE x.tx_type IN ('advance', 'repayment', 'fee')
        UNION ALL
        -- Whoever sees that he got an advance sees all that became of it; history that was loaded has no lines.
        SELECT a.loan_id, f.figure, f.stored, f.recounted
        FROM (
            SELECT
                t.loan_id,
                sum(t.amount) FILTER (WHERE t.reason = 'repay') AS repaid,
                sum(t.amount) FILTER (WHERE t.reason = 'fee') AS fee,
                sum(x.amount) FILTER (WHERE t.reason = 'repay') AS repaid_shown,
                sum(x.amount) FILTER (WHERE t.reason = 'fee') AS fee_shown
            FROM ledger.transfers AS t
            LEFT JOIN transactions AS x ON t.id = x.id
            WHERE t.loan_id IS NOT NULL
            GROUP BY t.loan_id
            HAVING bool_or(t.reason = 'advance' AND x.id IS NOT NULL)
        ) AS a
        CROSS JOIN LATERAL (
            VALUES
            ('loans.amount_repaid shown', coalesce(a.repaid, 0), coalesce(a.repaid_shown, 0)),
            ('loans.fee shown', coalesce(a.fee, 0), coalesce(a.fee_shown, 0))
        ) AS f (figure, stored, recounted)
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM loan_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM line_figures AS f
$$;

-- Name: recount_circle(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.recount_circle() RETURNS TABLE(figure text, subject uuid, stored numeric, recounted numeric)
    LANGUAGE sql STABLE
    AS $$
    SELECT 'settlements.circle asked for', s.id, 1::numeric, (coalesce(c.asks, 0) > 0)::integer::numeric
    FROM ops.settlements AS s
    LEFT JOIN ops.circle_polls AS c ON s.id = c.settlement_id
    WHERE s.rail = 'circle' AND s.circle_tx_id IS NOT NULL
    UNION ALL
    SELECT 'wallet_orders.finished', o.id, (o.finished_at IS NOT NULL)::integer::numeric, (
        SELECT bool_and(x.wallet_id IS NOT NULL)::integer::numeric
        FROM ops.ordered_wallets AS x
        WHERE x.order_id = o.id
    )
    FROM ops.wallet_orders AS o
    UNION ALL
    SELECT 'workers.wallet_id', w.id, 1::numeric, (w.wallet_id = x.wallet_id)::integer::numeric
    FROM workers AS w
    INNER JOIN ops.ordered_wallets AS x ON w.id = x.worker_id
    WHERE w.wallet_id IS NOT NULL
$$;

-- Name: recount_days(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.recount_days() RETURNS TABLE(figure text, subject uuid, stored numeric, recounted numeric)
    LANGUAGE sql STABLE
    AS $$
    WITH task_days AS (
        SELECT
            t.platform_id, (e.at AT TIME ZONE 'UTC')::date AS day,
            count(*) FILTER (WHERE e.what = 'created') AS created,
            count(*) FILTER (WHERE e.what = 'completed') AS completed,
            count(*) FILTER (WHERE e.what = 'cancelled') AS cancelled
        FROM tasks AS t
        CROSS JOIN LATERAL (
            VALUES ('created', t.created_at), ('completed', t.completed_at), ('cancelled', t.cancelled_at)
        ) AS e (what, at)
        WHERE e.at IS NOT NULL
        GROUP BY t.platform_id, (e.at AT TIME ZONE 'UTC')::date
    ),

    money_days AS (
        SELECT
            a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date AS day,
            sum(x.amount) FILTER (WHERE x.reason IN ('pay', 'release')) AS earned,
            sum(x.amount) FILTER (WHERE x.reason = 'release') AS released,
            count(DISTINCT x.credit_account) FILTER (WHERE x.reason IN ('pay', 'release')) AS workers,
            sum(x.amount) FILTER (WHERE x.reason = 'settle') AS paid_out
        FROM ledger.transfers AS x
        INNER JOIN ledger.accounts AS a ON x.debit_account = a.id
        WHERE x.reason IN ('pay', 'release', 'settle')
        GROUP BY a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date
    ),

    day_figures AS (
        SELECT coalesce(s.platform_id, d.platform_id) AS id, f.figure, f.stored, f.recounted
        FROM ops.task_days AS s
        FULL JOIN task_days AS d ON s.platform_id = d.platform_id AND s.day = d.day
        CROSS JOIN LATERAL (
            VALUES
            ('task_days.created', coalesce(s.created, 0)::numeric, coalesce(d.created, 0)::numeric),
            ('task_days.completed', coalesce(s.completed, 0), coalesce(d.completed, 0)),
            ('task_days.cancelled', coalesce(s.cancelled, 0), coalesce(d.cancelled, 0))
        ) AS f (figure, stored, recounted)
        UNION ALL
        SELECT coalesce(s.platform_id, d.platform_id), f.figure, f.stored, f.recounted
        FROM ops.earning_days AS s
        FULL JOIN money_days AS d ON s.platform_id = d.platform_id AND s.day = d.day
        CROSS JOIN LATERAL (
            VALUES
            ('earning_days.earned', coalesce(s.earned, 0), coalesce(d.earned, 0)),
            ('earning_days.released', coalesce(s.released, 0), coalesce(d.released, 0)),
            ('earning_days.workers', coalesce(s.workers, 0), coalesce(d.workers, 0))
        ) AS f (figure, stored, recounted)
        UNION ALL
        SELECT
            coalesce(s.platform_id, d.platform_id), 'payout_days.paid_out', coalesce(s.paid_out, 0),
            coalesce(d.paid_out, 0)
        FROM ops.payout_days AS s
        FULL JOIN money_days AS d ON s.platform_id = d.platform_id AND s.day = d.day
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM day_figures AS f
$$;

-- Name: recount_deposits(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.recount_deposits() RETURNS TABLE(figure text, subject uuid, stored numeric, recounted numeric)
    LANGUAGE sql STABLE
    AS $$
    WITH moved AS (
        SELECT
            x.deposit_id,
            sum(x.amount) FILTER (WHERE f.kind = 'custody') AS credited,
            sum(CASE 'suspense' WHEN t.kind THEN x.amount WHEN f.kind THEN -x.amount ELSE 0 END) AS suspended,
            sum(x.amount) FILTER (WHERE t.kind = 'platform_available' AND t.owner_id = d.platform_id) AS given
        FROM ledger.transfers AS x
        INNER JOIN ops.deposits AS d ON x.deposit_id = d.id
        INNER JOIN ledger.accounts AS f ON x.debit_account = f.id
        INNER JOIN ledger.accounts AS t ON x.credit_account = t.id
        WHERE x.deposit_id IS NOT NULL
        GROUP BY x.deposit_id
    ),

    deposit_figures AS (
        SELECT d.id, f.figure, f.stored, f.recounted
        FROM ops.deposits AS d
        LEFT JOIN moved AS m ON d.id = m.deposit_id
        CROSS JOIN LATERAL (
            VALUES
            ('deposits.amount credited', d.amount, coalesce(m.credited, 0)),
            ('deposits.in_suspense', CASE WHEN d.in_suspense THEN d.amount ELSE 0 END, coalesce(m.suspended, 0)),
            ('deposits.platform_id', CASE WHEN d.platform_id IS NULL THEN 0 ELSE d.amount END, coalesce(m.given, 0))
        ) AS f (figure, stored, recounted)
    ),

    reconciliation_figures AS (
        SELECT r.id, f.figure, f.stored, f.recounted
        FROM ops.reconciliations AS r
        CROSS JOIN LATERAL (
            SELECT count(*) AS breaks, coalesce(sum(b.chain_amount - b.book_amount), 0) AS difference
            FROM ops.chain_breaks AS b
            WHERE b.chain_id = r.chain_id AND b.custody = r.custody
                AND b.found_by <= r.id AND (b.closed_by IS NULL OR b.closed_by > r.id)
        ) AS b
        CROSS JOIN LATERAL (
            VALUES
            ('reconciliations.breaks', r.breaks::numeric, b.breaks::numeric),
            ('reconciliations.difference', r.difference, b.difference)
        ) AS f (figure, stored, recounted)
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM deposit_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM reconciliation_figures AS f
    UNION ALL
    SELECT
        'accounts.balance in suspense', a.id, a.balance,
        (SELECT coalesce(sum(d.amount), 0) FROM ops.deposits AS d WHERE d.in_suspense)
    FROM ledger.accounts AS a
    WHERE a.kind = 'suspense'
    UNION ALL
    SELECT
        'chain_cursors.block', NULL, c.block,
        (
            SELECT greatest(c.block, max(d.block_number))
            FROM ops.deposits AS d
            WHERE d.chain_id = c.chain_id AND d.to_address = c.custody
        )
    FROM ops.chain_cursors AS c
$$;

-- Name: recount_events(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.recount_events() RETURNS TABLE(figure text, subject uuid, stored numeric, recounted numeric)
    LANGUAGE sql STABLE
    AS $$
    WITH event_figures AS (
        SELECT c.object_id, f.figure, f.stored, f.recounted
        FROM ops.event_counters AS c
        INNER JOIN (
            SELECT
                o.object_id, o.platform_id, max(o.sequence) AS newest, min(o.sequence) AS oldest, count(*) AS events
            FROM ops.outbox AS o
            GROUP BY o.object_id, o.platform_id
        ) AS o ON c.object_id = o.object_id AND c.platform_id IS NOT DISTINCT FROM o.platform_id
        CROSS JOIN LATERAL (
            VALUES
            ('event_counters.last', c.last, o.newest),
            -- The oldest may be gone, when they are no longer kept; a gap is one that a follower was never told of.
            ('outbox.sequence contiguous', o.newest - o.oldest + 1, o.events)
        ) AS f (figure, stored, recounted)
    )

    SELECT f.figure, f.object_id, f.stored::numeric, f.recounted::numeric FROM event_figures AS f
$$;

-- Name: recount_platforms(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.recount_platforms() RETURNS TABLE(figure text, subject uuid, stored numeric, recounted numeric)
    LANGUAGE sql STABLE
    AS $$
    WITH platform_figures AS (
        SELECT p.id, f.figure, f.stored, f.recounted
        FROM platforms AS p
        LEFT JOIN (
            SELECT t.platform_id, count(*) AS tasks FROM tasks AS t GROUP BY t.platform_id
        ) AS c ON p.id = c.platform_id
        LEFT JOIN (
            SELECT m.platform_id, count(*) AS active FROM ops.memberships AS m
            WHERE m.open_tasks > 0
            GROUP BY m.platform_id
        ) AS a ON p.id = a.platform_id
        LEFT JOIN (
            SELECT x.platform_id, sum(x.amount) AS paid FROM transactions AS x
            WHERE x.tx_type = 'payout' AND x.status = 'completed'
            GROUP BY x.platform_id
        ) AS o ON p.id = o.platform_id
        CROSS JOIN LATERAL (
            VALUES
            ('platforms.total_tasks', p.total_tasks::numeric, coalesce(c.tasks, 0)::numeric),
            ('platforms.active_workers', p.active_workers, coalesce(a.active, 0)),
            ('platforms.total_payouts', p.total_payouts, coalesce(o.paid, 0))
        ) AS f (figure, stored, recounted)
    ),

    membership_figures AS (
        SELECT
            coalesce(m.worker_id, t.worker_id) AS id,
            'memberships.open_tasks' AS figure,
            m.open_tasks::numeric AS stored,
            coalesce(t.open_tasks, 0)::numeric AS recounted
        FROM ops.memberships AS m
        FULL JOIN (
            SELECT
                t.platform_id,
                t.worker_id,
                count(*) FILTER (WHERE t.status IN ('pending', 'active', 'disputed')) AS open_tasks
            FROM tasks AS t
            GROUP BY t.platform_id, t.worker_id
        ) AS t ON m.platform_id = t.platform_id AND m.worker_id = t.worker_id
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM platform_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM membership_figures AS f
$$;

-- Name: recount_reputation(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.recount_reputation() RETURNS TABLE(figure text, subject uuid, stored numeric, recounted numeric)
    LANGUAGE sql STABLE
    AS $$
    WITH chained AS (
        SELECT
            e.id, e.worker_id, e.previous_score, e.new_score, e.delta,
            lag(e.new_score, 1, e.previous_score) OVER chain AS before,
            lead(e.id) OVER chain IS NULL AS is_last
        FROM reputation_events AS e
        WINDOW chain AS (PARTITION BY e.worker_id ORDER BY e.created_at)
    ),

    reputation_figures AS (
        SELECT c.id, 'reputation_events.previous_score' AS figure, c.previous_score AS stored, c.before AS recounted
        FROM chained AS c
        UNION ALL
        SELECT c.id, 'reputation_events.new_score', c.new_score, least(1000, greatest(0, c.previous_score + c.delta))
        FROM chained AS c
        UNION ALL
        SELECT c.worker_id, 'workers.reputation_score', w.reputation_score, c.new_score
        FROM chained AS c
        INNER JOIN workers AS w ON c.worker_id = w.id
        WHERE c.is_last
    ),

    -- Each decision is an event.
    appeal_figures AS (
        SELECT
            a.event_id AS id,
            'appeals.status' AS figure,
            count(a.decided_at)::numeric AS stored,
            coalesce(max(e.decisions), 0)::numeric AS recounted
        FROM ops.appeals AS a
        LEFT JOIN (
            SELECT v.related_id, count(*) AS decisions FROM reputation_events AS v
            WHERE v.event_type = 'appeal'
            GROUP BY v.related_id
        ) AS e ON a.event_id = e.related_id
        GROUP BY a.event_id
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM reputation_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM appeal_figures AS f
$$;

-- Name: recount_settlements(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.recount_settlements() RETURNS TABLE(figure text, subject uuid, stored numeric, recounted numeric)
    LANGUAGE sql STABLE
    AS $$
    WITH paid AS (
        SELECT
            p.settlement_id,
            count(*) AS payments,
            sum(p.amount) AS amount,
            count(p.payment_no) FILTER (
                WHERE p.payment_no BETWEEN coalesce(s.first_payment_no, 1)
                AND coalesce(s.first_payment_no, 1) + s.payments - 1
            ) AS numbered,
            count(*) FILTER (
                WHERE t.amount = p.amount AND t.to_address = p.to_address
                AND t.status = CASE
                    WHEN s.state = 'queued' THEN 'pending'
                    WHEN p.failed THEN 'failed'
                    WHEN s.state = 'final_ok' THEN 'completed'
                    WHEN s.state = 'final_reverted' THEN 'none'
                    ELSE 'processing'
                END
                AND (
                    s.state NOT IN ('final_ok', 'final_reverted')
                    OR (t.payment_no, t.tx_hash) IS NOT DISTINCT FROM (p.payment_no, s.tx_hash)
                )
            ) AS in_step
        FROM ops.settlement_payments AS p
        INNER JOIN ops.settlements AS s ON p.settlement_id = s.id
        INNER JOIN transactions AS t ON p.transaction_id = t.id
        GROUP BY p.settlement_id
    ),

    signed AS (
        SELECT
            a.settlement_id,
            count(*) AS attempts,
            count(a.broadcast_at) AS sent,
            count(*) FILTER (WHERE a.tx_hash = s.tx_hash) AS own
        FROM ops.settlement_attempts AS a
        INNER JOIN ops.settlements AS s ON a.settlement_id = s.id
        GROUP BY a.settlement_id
    ),

    settlement_figures AS (
        SELECT s.id, f.figure, f.stored, f.recounted
        FROM ops.settlements AS s
        LEFT JOIN paid AS p ON s.id = p.settlement_id
        LEFT JOIN signed AS g ON s.id = g.settlement_id
        CROSS JOIN LATERAL (
            VALUES
            ('settlements.payments', s.payments::numeric, coalesce(p.payments, 0)::numeric),
            ('settlements.amount', s.amount, coalesce(p.amount, 0)),
            (
                'settlements.first_payment_no',
                CASE WHEN s.state = 'queued' OR (s.rail = 'web3' AND s.nonce IS NULL) THEN 0 ELSE s.payments END,
                coalesce(p.numbered, 0)
            ),
            ('settlements.state of payouts', s.payments, coalesce(p.in_step, 0)),
            (
                'settlements.state with attempts',
                CASE
                    WHEN s.rail = 'circle' OR s.state IN ('queued', 'reserved') THEN 0
                    WHEN s.state = 'conflict' OR s.cleared_at IS NOT NULL THEN coalesce(g.attempts, 0)
                    ELSE greatest(1, g.attempts)
                END,
                coalesce(g.attempts, 0)
            ),
            (
                'settlements.state sent',
                CASE
                    WHEN s.rail = 'circle' OR s.state IN ('queued', 'reserved', 'signed') THEN 0
                    WHEN s.state = 'broadcast' THEN greatest(1, g.sent)
                    ELSE coalesce(g.sent, 0)
                END,
                coalesce(g.sent, 0)
            ),
            (
                'settlements.tx_hash',
                CASE
                    WHEN s.rail = 'web3' AND s.state IN ('final_ok', 'final_reverted') AND s.cleared_at IS NULL THEN 1
                    ELSE coalesce(g.own, 0)
                END,
                coalesce(g.own, 0)
            )
        ) AS f (figure, stored, recounted)
    ),

    signer_figures AS (
        SELECT f.figure, f.stored, f.recounted
        FROM ops.signers AS g
        CROSS JOIN LATERAL (
            SELECT
                count(*) FILTER (WHERE s.nonce < g.next_nonce) AS used,
                max(s.first_payment_no + s.payments) FILTER (WHERE s.contract = g.contract) AS next_payment_no
            FROM ops.settlements AS s
            WHERE s.rail = 'web3' AND s.chain_id = g.chain_id AND s.signer = g.address AND s.nonce IS NOT NULL
        ) AS n
        -- Past its own; the contract's, which another signer may have moved on since, it learns when it is opened.
        CROSS JOIN LATERAL (
            SELECT max(s.first_payment_no + s.payments) AS next_payment_no
            FROM ops.settlements AS s
            WHERE s.rail = 'web3' AND s.chain_id = g.chain_id AND s.contract = g.contract AND s.nonce IS NOT NULL
        ) AS c
        CROSS JOIN LATERAL (
            VALUES
            ('signers.next_nonce', g.next_nonce - g.first_nonce - g.skipped_nonces, n.used),
            (
                'signers.next_payment_no', g.next_payment_no,
                greatest(n.next_payment_no, least(g.next_payment_no, c.next_payment_no))
            )
        ) AS f (figure, stored, recounted)
    ),

    told_figures AS (
        SELECT t.stream_id, f.figure, f.stored, f.recounted
        FROM (
            SELECT
                r.*, coalesce(lag(r.last_seq) OVER (PARTITION BY r.stream_id ORDER BY r.first_seq), 0) AS before
            FROM ops.told_releases AS r
        ) AS t
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(x.amount), 0) AS amount
            FROM ledger.transfers AS x
            WHERE x.stream_id = t.stream_id AND x.reason = 'release' AND x.source_seq BETWEEN t.first_seq AND t.last_seq
        ) AS x
        CROSS JOIN LATERAL (
            VALUES
            ('told_releases.amount', t.amount, x.amount),
            ('told_releases.first_seq', t.first_seq, t.before + 1)
        ) AS f (figure, stored, recounted)
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM settlement_figures AS f
    UNION ALL
    SELECT f.figure, NULL, f.stored::numeric, f.recounted::numeric FROM signer_figures AS f
    UNION ALL
    SELECT f.figure, f.stream_id, f.stored::numeric, f.recounted::numeric FROM told_figures AS f
$$;

-- Name: recount_tasks(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.recount_tasks() RETURNS TABLE(figure text, subject uuid, stored numeric, recounted numeric)
    LANGUAGE sql STABLE
    AS $$
    WITH posted AS (
        SELECT
            x.stream_id, x.task_id,
            coalesce(sum(x.amount) FILTER (WHERE x.reason = 'hold'), 0) AS held,
            coalesce(sum(x.amount) FILTER (WHERE x.reason IN ('pay', 'release')), 0) AS paid,
            coalesce(sum(x.amount) FILTER (WHERE x.reason = 'refund'), 0) AS refunded,
            count(*) FILTER (WHERE x.reason = 'release') AS releases,
            coalesce(max(x.source_seq) FILTER (WHERE x.reason = 'release'), 0) AS last_release
        FROM ledger.transfers AS x
        WHERE x.task_id IS NOT NULL OR x.stream_id IS NOT NULL
        GROUP BY x.stream_id, x.task_id
    ),

    stream_figures AS (
        SELECT s.id, f.figure, f.stored, f.recounted
        FROM streams AS s
        INNER JOIN tasks AS t ON s.task_id = t.id
        LEFT JOIN posted AS p ON s.id = p.stream_id
        LEFT JOIN posted AS h ON t.id = h.task_id
        CROSS JOIN LATERAL (
            VALUES
            ('streams.released_amount', s.released_amount, coalesce(p.paid, 0)),
            ('streams.remaining_amount', s.remaining_amount, s.total_amount - coalesce(p.paid, 0)),
            ('streams.release_seq', s.release_seq::numeric, coalesce(p.releases, 0)::numeric),
            ('streams.release_seq contiguous', s.release_seq, coalesce(p.last_release, 0)),
            ('streams.total_amount held', s.total_amount, coalesce(h.held, 0) + coalesce(p.held, 0)),
            (
                'streams.refunded', CASE s.status WHEN 'cancelled' THEN s.remaining_amount ELSE 0 END,
                coalesce(p.refunded, 0)
            ),
            ('tasks.amount of stream', t.amount, s.total_amount),
            (
                'tasks.paid_amount of stream', t.paid_amount,
                CASE WHEN s.status IN ('completed', 'cancelled') THEN s.released_amount ELSE 0 END
            ),
            (
                'tasks.status of stream', (t.status = 'completed')::integer - (t.status = 'cancelled')::integer,
                (s.status = 'completed')::integer - (s.status = 'cancelled')::integer
            ),
            (
                'streams.status of a disputed task', (t.status = 'disputed' AND s.status = 'paused')::integer,
                (t.status = 'disputed')::integer
            )
        ) AS f (figure, stored, recounted)
    ),

    task_figures AS (
        SELECT t.id, f.figure, f.stored, f.recounted
        FROM tasks AS t
        LEFT JOIN posted AS p ON t.id = p.task_id
        CROSS JOIN LATERAL (
            VALUES
            ('tasks.paid_amount', t.paid_amount, coalesce(p.paid, 0)),
            (
                'tasks.amount held',
                CASE WHEN p.held > 0 OR t.status IN ('active', 'completed', 'disputed') THEN t.amount ELSE 0 END,
                coalesce(p.held, 0)
            ),
            (
                'tasks.refunded',
                CASE WHEN t.status = 'cancelled' AND p.held > 0 THEN t.amount - t.paid_amount ELSE 0 END,
                coalesce(p.refunded, 0)
            )
        ) AS f (figure, stored, recounted)
        WHERE NOT EXISTS (SELECT FROM streams AS s WHERE s.task_id = t.id)
    ),

    due_figures AS (
        SELECT
            coalesce(s.id, d.stream_id) AS id,
            'due_streams.next_release_at' AS figure,
            extract(EPOCH FROM d.next_release_at) AS stored,
            extract(EPOCH FROM s.next_release_at) AS recounted
        FROM streams AS s
        FULL JOIN ops.due_streams AS d ON s.id = d.stream_id AND s.platform_id = d.platform_id
    ),

    -- A dispute is open as long as its task is disputed.
    dispute_figures AS (
        SELECT
            d.id,
            'disputes.resolved_at' AS figure,
            (d.resolved_at IS NULL)::integer::numeric AS stored,
            (t.status = 'disputed')::integer::numeric AS recounted
        FROM ops.disputes AS d
        INNER JOIN tasks AS t ON d.task_id = t.id
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM stream_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM task_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored, f.recounted FROM due_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM dispute_figures AS f
$$;

-- Name: recount_transactions(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.recount_transactions() RETURNS TABLE(figure text, subject uuid, stored numeric, recounted numeric)
    LANGUAGE sql STABLE
    AS $$
    WITH state_figures AS (
        SELECT
            x.id,
            'transactions.status' AS figure,
            array_position(o.states, x.status)::numeric AS stored,
            array_position(o.states, h.status)::numeric AS recounted
        FROM (SELECT '{pending, processing, completed, failed}'::text [] AS states) AS o
        CROSS JOIN transactions AS x
        LEFT JOIN (
            SELECT DISTINCT ON (n.transaction_id) n.transaction_id, n.status
            FROM ops.transaction_states AS n
            ORDER BY n.transaction_id, n.id DESC
        ) AS h ON x.id = h.transaction_id
    ),

    payout_figures AS (
        SELECT x.id, f.figure, f.stored, f.recounted
        FROM transactions AS x
        LEFT JOIN (
            SELECT
                l.transaction_id,
                coalesce(sum(l.amount) FILTER (WHERE l.reason = 'payout'), 0) AS begun,
                coalesce(sum(l.amount) FILTER (WHERE l.reason = 'settle'), 0) AS settled,
                coalesce(sum(l.amount) FILTER (WHERE l.reason = 'return'), 0) AS returned
            FROM ledger.transfers AS l
            WHERE l.transaction_id IS NOT NULL
            GROUP BY l.transaction_id
        ) AS p ON x.id = p.transaction_id
        CROSS JOIN LATERAL (
            VALUES
            ('transactions.amount begun', x.amount, coalesce(p.begun, 0)),
            (
                'transactions.amount settled', CASE x.status WHEN 'completed' THEN x.amount ELSE 0 END,
                coalesce(p.settled, 0)
            ),
            (
                'transactions.amount returned', CASE x.status WHEN 'failed' THEN x.amount ELSE 0 END,
                coalesce(p.returned, 0)
            )
        ) AS f (figure, stored, recounted)
        WHERE x.tx_type = 'payout'
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM state_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM payout_figures AS f
$$;

-- Name: recount_workers(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.recount_workers() RETURNS TABLE(figure text, subject uuid, stored numeric, recounted numeric)
    LANGUAGE sql STABLE
    AS $$
    WITH task_counts AS (
        SELECT
            t.worker_id,
            count(*) AS tasks,
            count(*) FILTER (WHERE t.status = 'completed') AS completed,
            count(*) FILTER (WHERE t.status = 'cancelled') AS cancelled,
            count(*) FILTER (WHERE t.disputed_at IS NOT NULL) AS disputed,
            count(t.rating) AS rated,
            coalesce(sum(t.rating), 0) AS rating_sum,
            sum(t.paid_amount) AS earned
        FROM tasks AS t
        GROUP BY t.worker_id
    ),

    worker_figures AS (
        SELECT w.id, f.figure, f.stored, f.recounted
        FROM workers AS w
        LEFT JOIN ops.worker_counters AS k ON w.id = k.worker_id
        LEFT JOIN task_counts AS c ON w.id = c.worker_id
        CROSS JOIN LATERAL (
            VALUES
            ('workers.total_tasks', w.total_tasks::numeric, coalesce(c.tasks, 0)::numeric),
            ('workers.total_earned', w.total_earned, coalesce(c.earned, 0)),
            (
                'workers.completion_rate', w.completion_rate,
                coalesce(round(100.0 * c.completed / nullif(c.completed + c.cancelled, 0), 2), 0)
            ),
            ('workers.dispute_rate', w.dispute_rate, coalesce(round(100.0 * c.disputed / c.tasks, 2), 0)),
            (
                'workers.average_rating', w.average_rating,
                coalesce(round(1.0 * c.rating_sum / nullif(c.rated, 0), 2), 0)
            ),
            ('worker_counters.tasks', k.tasks, coalesce(c.tasks, 0)),
            ('worker_counters.completed', k.completed, coalesce(c.completed, 0)),
            ('worker_counters.cancelled', k.cancelled, coalesce(c.cancelled, 0)),
            ('worker_counters.disputed', k.disputed, coalesce(c.disputed, 0)),
            ('worker_counters.rated', k.rated, coalesce(c.rated, 0)),
            ('worker_counters.rating_sum', k.rating_sum, coalesce(c.rating_sum, 0)),
            ('worker_counters.earned', k.earned, coalesce(c.earned, 0))
        ) AS f (figure, stored, recounted)
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM worker_figures AS f
$$;

-- Name: refuse_change(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% of %.% is not allowed', lower(tg_op), tg_table_schema, tg_table_name USING ERRCODE = 'GS014';
END;
$$;

-- Name: require_attempt(ops.settlements, text); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.require_attempt(p_settlement ops.settlements, p_tx_hash text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF p_settlement.state IN ('final_ok', 'final_reverted') THEN
        RAISE EXCEPTION 'the settlement has ended as %', p_settlement.state USING ERRCODE = 'GS011';
    END IF;
    IF p_settlement.rail = 'web3' AND NOT EXISTS (
        SELECT FROM ops.settlement_attempts AS a
        WHERE a.settlement_id = p_settlement.id AND a.tx_hash = p_tx_hash
    ) THEN
        RAISE EXCEPTION '% is not a hash of this settlement', p_tx_hash USING ERRCODE = 'GS094';
    END IF;
END;
$$;

-- Name: require_payments(ops.settlements, bigint[]); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.require_payments(p_settlement ops.settlements, p_payment_nos bigint[]) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (
        SELECT FROM unnest(p_payment_nos) AS f (payment_no)
        WHERE f.payment_no NOT IN (
            SELECT p.payment_no FROM ops.settlement_payments AS p
            WHERE p.settlement_id = p_settlement.id
        )
    ) THEN
        RAISE EXCEPTION 'a payment that failed is not of this settlement' USING ERRCODE = 'GS015', COLUMN = 'failed';
    END IF;
END;
$$;

-- Name: require_platform(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.require_platform() RETURNS uuid
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    IF ops.tenant_kind() IS DISTINCT FROM 'platform' THEN
        RAISE EXCEPTION 'only a platform may do this' USING ERRCODE = 'GS003';
    END IF;
    RETURN ops.tenant();
END;
$$;

-- Name: require_scopes(text[]); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.require_scopes(p_scopes text[]) RETURNS void
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    v_lacking text := ops.lacking_scopes(p_scopes);
BEGIN
    IF ops.tenant_kind() = 'platform' AND v_lacking IS NOT NULL THEN
        RAISE EXCEPTION 'the API key lacks the scope %', v_lacking USING ERRCODE = 'GS003';
    END IF;
END;
$$;

-- Name: require_wallet(uuid); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.require_wallet(p_worker_id uuid) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM workers AS w WHERE w.id = p_worker_id AND w.wallet_address IS NOT NULL) THEN
        RAISE EXCEPTION 'the worker has no wallet to be paid to' USING ERRCODE = 'GS093';
    END IF;
END;
$$;

-- Name: rfc3339(timestamp with time zone); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.rfc3339(p_at timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN (rtrim(rtrim(to_char((p_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.US'::text), '0'::text), '.'::text) || 'Z'::text);

-- Name: scopes(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.scopes() RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN string_to_array(COALESCE(current_setting('gigstream.scopes'::text, true), ''::text), ' '::text);

-- Name: seal_audit(integer); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.seal_audit(p_limit integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'ops', 'pg_temp'
    AS $$
DECLARE
    v_last ops.audit_seals;
    v_entries ops.audit_entry[];
    v_number bigint;
BEGIN
    LOCK TABLE ops.audit_seals IN SHARE ROW EXCLUSIVE MODE;
    SELECT s.* INTO v_last FROM ops.audit_seals AS s ORDER BY s.number DESC LIMIT 1;

    WITH taken AS (
        SELECT w.xid, w.audit_id, ops.audit_digest(a) AS digest
        FROM ops.audit_waiting AS w
        INNER JOIN audit_logs AS a ON w.audit_id = a.id
        WHERE w.xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY w.xid
        FETCH FIRST p_limit ROWS WITH TIES
    ),

    removed AS (
        DELETE FROM ops.audit_waiting AS w USING taken AS t WHERE w.xid = t.xid AND w.audit_id = t.audit_id
    )

    SELECT array_agg((t.xid, t.audit_id, t.digest)::ops.audit_entry ORDER BY t.xid, t.audit_id) INTO v_entries
    FROM taken AS t;

    IF v_entries IS NULL THEN
        RETURN 0;
    END IF;

    INSERT INTO ops.audit_seals (number, xid, sealed_at, entries, digest)
    SELECT
        s.number, s.xid, now(), v_entries,
        ops.seal_digest(coalesce(v_last.digest, ''), s.number, s.xid, now(), v_entries)
    FROM (SELECT coalesce(v_last.number, 0) + 1 AS number, pg_current_xact_id() AS xid) AS s
    RETURNING number INTO v_number;

    -- So that a tenant finds his own rows in the chain without a pass over everybody's.
    INSERT INTO ops.audit_places (actor_id, audit_id, seal, position)
    SELECT a.actor_id, a.id, v_number, e.position
    FROM unnest(v_entries) WITH ORDINALITY AS e (xid, audit_id, digest, position)
    INNER JOIN audit_logs AS a ON e.audit_id = a.id
    WHERE a.actor_id IS NOT NULL;
    RETURN cardinality(v_entries);
END;
$$;

-- Name: seal_digest(bytea, bigint, xid8, timestamp with time zone, ops.audit_entry[]); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.seal_digest(p_previous bytea, p_number bigint, p_xid xid8, p_sealed_at timestamp with time zone, p_entries ops.audit_entry[]) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT
        sha256(
            p_previous || int8send(p_number) || xid8send(p_xid) || timestamptz_send(p_sealed_at)
            || string_agg(xid8send(e.xid) || uuid_send(e.audit_id) || e.digest, ''::bytea ORDER BY e.position)
        )
    FROM unnest(p_entries) WITH ORDINALITY AS e (xid, audit_id, digest, position)
$$;

-- Name: sign_in_lock(text); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.sign_in_lock(p_email text) RETURNS integer
    LANGUAGE sql STABLE
    AS $$
    SELECT ceil(extract(EPOCH FROM f.last_failed_at + interval '15 minutes' - clock_timestamp()))
    FROM ops.sign_in_failures AS f
    WHERE f.address_hash = ops.email_hash(p_email)
        AND f.failures >= 5
        AND f.last_failed_at > clock_timestamp() - interval '15 minutes'
$$;

-- Name: transactions; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.transactions (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    worker_id uuid NOT NULL,
    platform_id uuid NOT NULL,
    task_id uuid,
    tx_type text NOT NULL,
    amount ops.usdc NOT NULL,
    fee ops.usdc DEFAULT 0 NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    tx_hash text,
    payment_no bigint,
    from_address ops.address,
    to_address ops.address,
    circle_tx_id text,
    blockchain_confirmations integer DEFAULT 0 NOT NULL,
    error_message text,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    processed_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT transactions_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT transactions_blockchain_confirmations_check CHECK ((blockchain_confirmations >= 0)),
    CONSTRAINT transactions_chain CHECK (((tx_hash IS NULL) OR ((tx_type = 'payout'::text) AND (payment_no IS NOT NULL)))),
    CONSTRAINT transactions_processed CHECK (((status = 'completed'::text) = (processed_at IS NOT NULL))),
    CONSTRAINT transactions_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'processing'::text, 'completed'::text, 'failed'::text]))),
    CONSTRAINT transactions_tx_hash_check CHECK ((tx_hash ~ '^0x[0-9a-f]{64}$'::text)),
    CONSTRAINT transactions_tx_type_check CHECK ((tx_type = ANY (ARRAY['payout'::text, 'advance'::text, 'repayment'::text, 'fee'::text, 'refund'::text])))
);

-- Name: start_payout(uuid, uuid, numeric, uuid); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.start_payout(p_worker_id uuid, p_platform_id uuid, p_amount numeric DEFAULT NULL::numeric, p_task_id uuid DEFAULT NULL::uuid) RETURNS public.transactions
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_account uuid := ledger.account('worker_available', p_worker_id, p_platform_id);
    v_settling uuid := ledger.account('worker_settling', p_worker_id, p_platform_id);
    v_streams uuid [] := ops.lock_releases(ARRAY[v_account]);
    v_amount numeric;
    v_transaction transactions;
BEGIN
    PERFORM FROM ledger.accounts AS a WHERE a.id IN (v_account, v_settling) ORDER BY a.id FOR NO KEY UPDATE;
    v_amount := coalesce(p_amount, (SELECT a.balance FROM ledger.accounts AS a WHERE a.id = v_account));
    IF v_amount = 0 THEN
        RAISE EXCEPTION 'nothing is available' USING ERRCODE = 'GS010';
    END IF;
    SELECT t.* INTO v_transaction
    FROM ops.start_payouts(ARRAY[v_account], ARRAY[v_amount], v_streams, p_task_id) AS t;
    RETURN v_transaction;
END;
$$;

-- Name: start_payouts(uuid[], numeric[], uuid[], uuid); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.start_payouts(p_accounts uuid[], p_amounts numeric[], p_streams uuid[], p_task_id uuid DEFAULT NULL::uuid) RETURNS SETOF public.transactions
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_ids uuid [] := ARRAY(SELECT ops.uuid_v7() FROM unnest(p_accounts));
    v_now timestamptz := clock_timestamp();
BEGIN
    INSERT INTO transactions (id, worker_id, platform_id, task_id, tx_type, amount, to_address)
    SELECT p.id, w.id, a.platform_id, p_task_id, 'payout', p.amount, w.wallet_address
    FROM unnest(v_ids, p_accounts, p_amounts) AS p (id, account, amount)
    INNER JOIN ledger.accounts AS a ON p.account = a.id
    INNER JOIN workers AS w ON a.owner_id = w.id;

    PERFORM ops.audit_each('payout.started', 'transaction', v_ids);
    INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
    SELECT
        'payout.pending', t.platform_id, t.worker_id, 'transaction', t.id,
        jsonb_build_object('amount', t.amount::text)
    FROM transactions AS t
    WHERE t.id = ANY(v_ids)
    ORDER BY t.id;
    PERFORM ops.tell_releases(p_streams, v_ids);

    UPDATE ledger.accounts AS a SET paid_out_at = v_now WHERE a.id = ANY(p_accounts);
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, transaction_id, event_at)
    SELECT p.account, ledger.account('worker_settling', t.worker_id, t.platform_id), t.amount, 'payout', t.id, v_now
    FROM unnest(v_ids, p_accounts) AS p (id, account)
    INNER JOIN transactions AS t ON p.id = t.id;
    RETURN QUERY SELECT t.* FROM transactions AS t WHERE t.id = ANY(v_ids) ORDER BY t.id;
END;
$$;

-- Name: start_session(uuid, bytea); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.start_session(p_worker_id uuid, p_token_hash bytea) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_session_id CONSTANT uuid := gen_random_uuid();
BEGIN
    INSERT INTO ops.refresh_tokens (session_id, worker_id, token_hash, expires_at, session_ends_at)
    SELECT v_session_id, p_worker_id, p_token_hash, c.now + interval '7 days', c.now + interval '30 days'
    FROM clock_timestamp() AS c (now);

    PERFORM ops.act_as(
        'worker', p_worker_id, current_setting('gigstream.ip', TRUE), current_setting('gigstream.user_agent', TRUE)
    );
    RETURN v_session_id;
END;
$$;

-- Name: store_answer(text, text, integer, text); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.store_answer(p_route text, p_key text, p_status integer, p_body text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
    UPDATE ops.idempotency_keys
    SET status = p_status, body = p_body
    WHERE principal = ops.principal() AND route = p_route AND key = p_key
$$;

-- Name: store_deliveries(jsonb); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.store_deliveries(p_results jsonb) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_gone uuid [];
    v_failing uuid [];
BEGIN
    PERFORM FROM ops.webhook_endpoints AS e
    WHERE e.id IN (
        SELECT d.endpoint_id FROM ops.webhook_deliveries AS d
        INNER JOIN jsonb_to_recordset(p_results) AS r (id uuid) ON d.id = r.id
    )
    ORDER BY e.id
    FOR NO KEY UPDATE;
    PERFORM FROM ops.webhook_deliveries AS d
    WHERE d.id IN (SELECT r.id FROM jsonb_to_recordset(p_results) AS r (id uuid))
    ORDER BY d.id
    FOR NO KEY UPDATE;

    WITH results AS (
        SELECT r.*
        FROM jsonb_to_recordset(p_results) AS r (
            id uuid, attempts integer, succeeded boolean, gone boolean, response_status integer, response_body text, latency_ms integer,
            error text, retry_seconds double precision
        )
    ),

    stored AS (
        UPDATE ops.webhook_deliveries AS d
        SET
            status = CASE
                WHEN r.succeeded THEN 'succeeded' WHEN r.retry_seconds IS NULL THEN 'failed' ELSE 'pending'
            END,
            next_attempt_at = CASE
                WHEN NOT r.succeeded THEN clock_timestamp() + r.retry_seconds * interval '1 second'
            END,
            leased_until = NULL,
            response_status = r.response_status,
            response_body = r.response_body,
            latency_ms = r.latency_ms,
            error = r.error
        FROM results AS r
        -- Another attempt may have begun since, or the count anew: then this one is no news.
        WHERE d.id = r.id AND d.status = 'pending' AND d.attempts = r.attempts AND d.leased_until IS NOT NULL
        RETURNING d.endpoint_id, r.succeeded, r.gone
    ),

    told AS (
        SELECT s.endpoint_id, bool_or(s.succeeded) AS succeeded, bool_or(s.gone) AS gone
        FROM stored AS s
        GROUP BY s.endpoint_id
    ),

    changed AS (
        UPDATE ops.webhook_endpoints AS e
        SET failing_since = CASE WHEN NOT t.succeeded THEN coalesce(e.failing_since, clock_timestamp()) END
        FROM told AS t
        WHERE e.id = t.endpoint_id AND t.succeeded <> (e.failing_since IS NULL)
    )

    SELECT
        coalesce(array_agg(e.id) FILTER (WHERE t.gone), '{}'),
        coalesce(array_agg(e.id) FILTER (
            WHERE NOT t.gone AND NOT t.succeeded AND e.failing_since < clock_timestamp() - interval '5 days'
        ), '{}')
    INTO v_gone, v_failing
    FROM told AS t
    INNER JOIN ops.webhook_endpoints AS e ON t.endpoint_id = e.id
    WHERE e.disabled_at IS NULL;

    IF cardinality(v_gone) > 0 THEN
        PERFORM ops.disable_endpoints(v_gone, 'gone');
    END IF;
    IF cardinality(v_failing) > 0 THEN
        PERFORM ops.disable_endpoints(v_failing, 'failing');
    END IF;
    RETURN cardinality(v_gone) + cardinality(v_failing);
END;
$$;

-- Name: stored_answer(text, text); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.stored_answer(p_route text, p_key text, OUT status smallint, OUT body text) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
    SELECT i.status, i.body
    FROM ops.idempotency_keys AS i
    WHERE i.principal = ops.principal() AND i.route = p_route AND i.key = p_key
$$;

-- Name: take_turn(text, interval, interval); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.take_turn(p_name text, p_interval interval, p_patience interval) RETURNS double precision
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'ops', 'pg_temp'
    AS $$
    -- The clock is read when the row is locked, not when the statement began to wait for it. A turn that is due in a
    -- minute was taken before the clock was set back.
    INSERT INTO ops.turns AS t (name, next_at)
    VALUES (p_name, clock_timestamp() + p_interval)
    ON CONFLICT (name) DO UPDATE
    SET next_at = p_interval + CASE
        WHEN t.next_at > clock_timestamp() + p_patience + interval '1 minute' THEN clock_timestamp()
        ELSE greatest(t.next_at, clock_timestamp())
    END
    WHERE t.next_at <= clock_timestamp() + p_patience
        OR t.next_at > clock_timestamp() + p_patience + interval '1 minute'
    RETURNING greatest(0, extract(EPOCH FROM next_at - p_interval - clock_timestamp()))
$$;

-- Name: tell_releases(uuid[], uuid[]); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.tell_releases(p_streams uuid[], p_payouts uuid[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH told AS (
        INSERT INTO ops.told_releases (stream_id, first_seq, last_seq, transaction_id, amount)
        SELECT s.id, n.first_seq, max(x.source_seq), p.id, sum(x.amount)
        FROM transactions AS p
        INNER JOIN streams AS s ON p.worker_id = s.worker_id AND p.platform_id = s.platform_id
        CROSS JOIN LATERAL (
            SELECT coalesce(max(t.last_seq), 0) + 1 AS first_seq FROM ops.told_releases AS t WHERE t.stream_id = s.id
        ) AS n
        INNER JOIN ledger.transfers AS x
            ON s.id = x.stream_id AND x.reason = 'release' AND x.source_seq >= n.first_seq
        WHERE p.id = ANY(p_payouts) AND s.id = ANY(p_streams)
        GROUP BY s.id, n.first_seq, p.id
        RETURNING stream_id, first_seq, last_seq, transaction_id, amount
    )

    INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
    SELECT
        'stream.released', s.platform_id, s.worker_id, 'stream', s.id,
        jsonb_build_object(
            'amount', t.amount::text,
            'released_amount', (
                SELECT sum(x.amount) FROM ledger.transfers AS x
                WHERE x.stream_id = s.id AND x.reason = 'release' AND x.source_seq <= t.last_seq
            )::text,
            'transaction_id', t.transaction_id
        )
    FROM told AS t
    INNER JOIN streams AS s ON t.stream_id = s.id
    ORDER BY s.id
$$;

-- Name: tell_reputation(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.tell_reputation() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
    SELECT
        'reputation.changed', m.platform_id, n.worker_id, 'worker', n.worker_id,
        jsonb_build_object(
            'event_type', n.event_type, 'previous_score', n.previous_score, 'new_score', n.new_score
        )
    FROM new_rows AS n
    INNER JOIN ops.memberships AS m ON n.worker_id = m.worker_id AND m.left_at IS NULL
    WHERE n.new_score <> n.previous_score
    ORDER BY n.worker_id, n.created_at, m.platform_id;
    RETURN NULL;
END;
$$;

-- Name: tenant(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.tenant() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (NULLIF(current_setting('gigstream.tenant'::text, true), ''::text))::uuid;

-- Name: tenant_kind(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.tenant_kind() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('gigstream.tenant_kind'::text, true), ''::text);

-- Name: touch(); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END;
$$;

-- Name: use_wallet_proof(ops.wallet_proof, text); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.use_wallet_proof(p_proof ops.wallet_proof, p_purpose text) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM ops.wallet_nonces AS n
    WHERE n.nonce = (p_proof).nonce
        AND n.address = (p_proof).address
        AND n.purpose = p_purpose
        AND n.expires_at > clock_timestamp()
        AND (p_proof).valid_from <= clock_timestamp()
        AND (p_proof).valid_until > clock_timestamp();
    RETURN FOUND;
END;
$$;

-- Name: uuid_floor(timestamp with time zone); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.uuid_floor(p_at timestamp with time zone) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (SELECT (encode(((SUBSTRING(int8send((t.us / 1000)) FROM 3) || int2send(((28672 + (((t.us % (1000)::bigint) * 4096) / 1000)))::smallint)) || '\x8000000000000000'::bytea), 'hex'::text))::uuid AS encode FROM (SELECT (GREATEST((0)::numeric, (EXTRACT(epoch FROM uuid_floor.p_at) * (1000000)::numeric)))::bigint AS us) t);

-- Name: verify_audit(jsonb); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.verify_audit(p_anchors jsonb DEFAULT '[]'::jsonb) RETURNS TABLE(finding text, seal bigint, audit_id uuid)
    LANGUAGE sql STABLE
    AS $$
    WITH chain AS (
        SELECT
            s.*,
            lag(s.number, 1, 0::bigint) OVER previous AS previous_number,
            lag(s.digest, 1, ''::bytea) OVER previous AS previous_digest,
            lag((s.entries[cardinality(s.entries)]).xid) OVER previous AS previous_xid
        FROM ops.audit_seals AS s
        WINDOW previous AS (ORDER BY s.number)
    ),

    noted AS (
        SELECT s.number AS seal, e.xid, e.audit_id, e.digest
        FROM ops.audit_seals AS s
        CROSS JOIN LATERAL unnest(s.entries) AS e
        UNION ALL
        SELECT NULL, w.xid, w.audit_id, NULL FROM ops.audit_waiting AS w
    ),

    row_findings AS (
        SELECT
            n.seal,
            coalesce(n.audit_id, a.id) AS audit_id,
            CASE
                WHEN a.id IS NULL THEN 'row deleted'
                WHEN n.audit_id IS NULL THEN 'row inserted'
                WHEN n.seal IS NOT NULL AND n.digest IS DISTINCT FROM ops.audit_digest(a) THEN 'row edited'
                -- The first half of an id is its time.
                WHEN a.created_at < o.sealed_at OR left(a.id::text, 13) < left(ops.uuid_v7(o.sealed_at)::text, 13)
                    THEN 'row inserted'
            END AS finding
        FROM noted AS n
        FULL JOIN audit_logs AS a ON n.audit_id = a.id
        -- The newest seal that the row's transaction began to write after.
        LEFT JOIN LATERAL (
            SELECT s.sealed_at FROM ops.audit_seals AS s
            WHERE s.xid < n.xid
            ORDER BY s.xid DESC LIMIT 1
        ) AS o ON TRUE
    ),

    seal_findings AS (
        SELECT c.number AS seal, f.finding
        FROM chain AS c
        CROSS JOIN LATERAL (
            VALUES
            ('seal deleted', c.number <> c.previous_number + 1),
            ('seal out of order', (c.entries[1]).xid <= c.previous_xid),
            (
                'seal rewritten',
                c.digest
                IS DISTINCT FROM ops.seal_digest(c.previous_digest, c.number, c.xid, c.sealed_at, c.entries)
            )
        ) AS f (finding, found)
        WHERE f.found
    ),

    anchor_findings AS (
        SELECT a.number AS seal, 'anchor differs' AS finding
        FROM jsonb_to_recordset(p_anchors) AS a (number bigint, digest text)
        LEFT JOIN ops.audit_seals AS s ON a.number = s.number
        WHERE encode(s.digest, 'hex') IS DISTINCT FROM a.digest
    )

    SELECT f.finding, f.seal, f.audit_id
    FROM (
        SELECT r.finding, r.seal, r.audit_id FROM row_findings AS r WHERE r.finding IS NOT NULL
        UNION ALL SELECT s.finding, s.seal, NULL FROM seal_findings AS s
        UNION ALL SELECT a.finding, a.seal, NULL FROM anchor_findings AS a
    ) AS f
    ORDER BY f.seal, f.finding, f.audit_id
$$;

-- Name: verify_own_audit(uuid, integer); Type: FUNCTION; Schema: ops; Owner: -

CREATE FUNCTION ops.verify_own_audit(p_after uuid, p_limit integer) RETURNS TABLE(audit_id uuid, seal bigint, finding text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'ops', 'pg_temp'
    AS $$
    WITH mine AS MATERIALIZED (
        SELECT m.id
        FROM (
            (
                SELECT a.id FROM audit_logs AS a
                WHERE a.actor_id = ops.tenant() AND a.id < p_after
                ORDER BY a.id DESC LIMIT p_limit
            )
            UNION
            (
                SELECT p.audit_id FROM ops.audit_places AS p
                WHERE p.actor_id = ops.tenant() AND p.audit_id < p_after
                ORDER BY p.audit_id DESC LIMIT p_limit
            )
        ) AS m
        ORDER BY m.id DESC
        LIMIT p_limit
    ),

    placed AS MATERIALIZED (
        SELECT m.id, p.seal, p.position
        FROM mine AS m
        LEFT JOIN ops.audit_places AS p ON p.actor_id = ops.tenant() AND m.id = p.audit_id
    ),

    seals AS MATERIALIZED (
        SELECT
            s.number, s.entries,
            s.digest = ops.seal_digest(
                coalesce((SELECT b.digest FROM ops.audit_seals AS b WHERE b.number = s.number - 1), ''),
                s.number, s.xid, s.sealed_at, s.entries
            ) AS is_right
        FROM ops.audit_seals AS s
        WHERE s.number IN (SELECT p.seal FROM placed AS p)
    )

    SELECT
        p.id,
        p.seal,
        CASE
            WHEN a.id IS NULL THEN 'row deleted'
            WHEN p.seal IS NULL AND NOT EXISTS (SELECT FROM ops.audit_waiting AS w WHERE w.audit_id = p.id)
                THEN 'row inserted'
            WHEN p.seal IS NULL THEN NULL
            WHEN s.is_right IS DISTINCT FROM TRUE OR (s.entries[p.position]).audit_id IS DISTINCT FROM p.id
                THEN 'seal broken'
            WHEN (s.entries[p.position]).digest <> ops.audit_digest(a) THEN 'row edited'
        END
    FROM placed AS p
    LEFT JOIN audit_logs AS a ON p.id = a.id
    LEFT JOIN seals AS s ON p.seal = s.number
    ORDER BY p.id DESC
$$;

-- Name: loans; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.loans (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    worker_id uuid NOT NULL,
    platform_id uuid NOT NULL,
    amount ops.usdc NOT NULL,
    fee ops.usdc DEFAULT 0 NOT NULL,
    total_due ops.usdc NOT NULL,
    amount_repaid ops.usdc DEFAULT 0 NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    mode text DEFAULT 'earned'::text NOT NULL,
    risk_score integer,
    predicted_earnings ops.usdc,
    contract_address ops.address,
    disbursed_at timestamp with time zone,
    repayment_due timestamp with time zone,
    repaid_at timestamp with time zone,
    defaulted_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT loans_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT loans_amounts CHECK ((((total_due)::numeric = ((amount)::numeric + (fee)::numeric)) AND ((amount_repaid)::numeric <= (total_due)::numeric))),
    CONSTRAINT loans_mode_check CHECK ((mode = ANY (ARRAY['earned'::text, 'predictive'::text]))),
    CONSTRAINT loans_repaid CHECK (((status = 'repaid'::text) = ((amount_repaid)::numeric = (total_due)::numeric))),
    CONSTRAINT loans_repaying CHECK (
CASE
    WHEN (status = ANY (ARRAY['pending'::text, 'approved'::text, 'disbursed'::text])) THEN ((amount_repaid)::numeric = (0)::numeric)
    WHEN (status = 'repaying'::text) THEN ((amount_repaid)::numeric > (0)::numeric)
    ELSE true
END),
    CONSTRAINT loans_risk_score_check CHECK (((risk_score >= 0) AND (risk_score <= 1000))),
    CONSTRAINT loans_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'disbursed'::text, 'repaying'::text, 'repaid'::text, 'defaulted'::text])))
);

-- Name: accept_advance(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.accept_advance(p_quote_id uuid) RETURNS public.loans
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_quote ops.loan_quotes;
    v_loan loans;
    v_available uuid;
    v_line uuid := ops.uuid_v7();
    v_pool uuid := ledger.account('advance_pool');
BEGIN
    IF ops.tenant_kind() IS DISTINCT FROM 'worker' THEN
        RAISE EXCEPTION 'only a worker may do this' USING ERRCODE = 'GS003';
    END IF;
    SELECT q.* INTO v_quote FROM ops.loan_quotes AS q
    WHERE q.id = p_quote_id AND q.worker_id = ops.tenant()
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no quote %', p_quote_id USING ERRCODE = 'GS001';
    END IF;
    IF v_quote.loan_id IS NOT NULL THEN
        RAISE EXCEPTION 'the quote was accepted before' USING ERRCODE = 'GS051';
    END IF;
    IF v_quote.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'the quote is too old: ask for a new one' USING ERRCODE = 'GS052';
    END IF;

    PERFORM FROM streams AS s
    WHERE s.worker_id = v_quote.worker_id AND s.platform_id = v_quote.platform_id AND s.status = 'active'
    ORDER BY s.id
    FOR SHARE;
    PERFORM FROM workers AS w WHERE w.id = v_quote.worker_id FOR KEY SHARE;
    PERFORM ops.admit_advance(
        v_quote.worker_id, v_quote.platform_id, v_quote.mode, v_quote.amount, v_quote.predicted_earnings
    );

    INSERT INTO loans (
        worker_id, platform_id, amount, fee, total_due, status, mode, risk_score, predicted_earnings, disbursed_at,
        repayment_due
    )
    VALUES (
        v_quote.worker_id, v_quote.platform_id, v_quote.amount, v_quote.fee, v_quote.amount + v_quote.fee, 'disbursed',
        v_quote.mode, v_quote.risk_score, v_quote.predicted_earnings, clock_timestamp(),
        CASE v_quote.mode WHEN 'predictive' THEN clock_timestamp() + interval '30 days' END
    )
    RETURNING * INTO v_loan;
    UPDATE ops.loan_quotes AS q SET loan_id = v_loan.id WHERE q.id = v_quote.id;

    -- The line that the worker sees has the id of its transfer.
    INSERT INTO transactions (id, worker_id, platform_id, tx_type, amount, fee, status, processed_at, metadata)
    VALUES (
        v_line, v_loan.worker_id, v_loan.platform_id, 'advance', v_loan.amount, v_loan.fee, 'completed',
        v_loan.disbursed_at, jsonb_build_object('loan_id', v_loan.id)
    );
    PERFORM ops.audit('loan.disbursed', 'loan', v_loan.id);
    PERFORM ops.emit(
        'loan.disbursed', v_loan.platform_id, v_loan.worker_id, 'loan', v_loan.id,
        jsonb_build_object('mode', v_loan.mode, 'amount', v_loan.amount::text, 'fee', v_loan.fee::text)
    );

    v_available := ledger.account('worker_available', v_loan.worker_id, v_loan.platform_id);
    -- Where repayments gather, opened now: a release finds it and opens nothing.
    PERFORM ledger.account('worker_advance', v_loan.worker_id, v_loan.platform_id);
    PERFORM FROM ledger.accounts AS a WHERE a.id = v_pool AND a.balance >= v_loan.amount FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is not enough money for advances at the moment' USING ERRCODE = 'GS054';
    END IF;
    INSERT INTO ledger.transfers (id, debit_account, credit_account, amount, reason, loan_id, event_at)
    VALUES (v_line, v_pool, v_available, v_loan.amount, 'advance', v_loan.id, v_loan.disbursed_at);
    RETURN v_loan;
END;
$$;

-- Name: accrued_pay(uuid, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.accrued_pay(p_worker_id uuid, p_platform_id uuid) RETURNS numeric
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(sum(greatest(
        0,
        stream_accrued(s.total_amount, s.anchor_amount, s.anchor_time, s.end_time, clock_timestamp())
        - s.released_amount
    )), 0)
    FROM streams AS s
    INNER JOIN tasks AS t ON s.task_id = t.id
    WHERE s.worker_id = p_worker_id AND s.platform_id = p_platform_id AND s.status = 'active' AND t.status = 'active'
$$;

-- Name: advance_fee(text, numeric, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.advance_fee(p_mode text, p_amount numeric, p_risk_score integer) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (0.000001 * div(((p_amount * (1000000)::numeric) * (CASE WHEN ((p_mode = 'earned'::text) OR (p_risk_score >= 800)) THEN 200 WHEN (p_risk_score >= 700) THEN 350 ELSE 500 END)::numeric), (10000)::numeric));

-- Name: advance_limit(text, numeric, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.advance_limit(p_mode text, p_basis numeric, p_share_percent integer) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE p_mode WHEN 'earned'::text THEN (0.000001 * div(((p_basis * (1000000)::numeric) * (80)::numeric), (100)::numeric)) ELSE LEAST((500)::numeric, (0.000001 * div(((p_basis * (1000000)::numeric) * (p_share_percent)::numeric), (100)::numeric))) END;

-- Name: alert_balances(uuid, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.alert_balances(p_after uuid, p_limit integer, OUT last_id uuid, OUT seen integer, OUT alerted integer) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_platforms uuid [] := ARRAY(SELECT p.id FROM platforms AS p WHERE p.id > p_after ORDER BY p.id LIMIT p_limit);
BEGIN
    seen := cardinality(v_platforms);
    last_id := coalesce(v_platforms[seen], p_after);

    WITH funds AS (
        SELECT
            a.owner_id AS platform_id, b.platform_id IS NOT NULL AS is_known,
            coalesce(sum(a.balance) FILTER (WHERE a.kind = 'platform_available'), 0) AS available,
            coalesce(b.threshold, sum(a.balance) FILTER (WHERE a.kind = 'platform_held') / 10, 0) AS threshold
        FROM ledger.accounts AS a
        LEFT JOIN ops.balance_alerts AS b ON a.owner_id = b.platform_id
        WHERE a.owner_id = ANY(v_platforms)
        GROUP BY a.owner_id, b.platform_id
    ),

    crossed AS (
        INSERT INTO ops.balance_alerts AS b (platform_id, is_low)
        SELECT f.platform_id, f.available < f.threshold
        FROM funds AS f
        WHERE f.is_known OR f.available < f.threshold
        ORDER BY f.platform_id
        ON CONFLICT (platform_id) DO UPDATE SET is_low = excluded.is_low
        WHERE b.is_low <> excluded.is_low
        RETURNING b.platform_id, b.is_low
    )

    INSERT INTO ops.outbox (event, platform_id, object_type, object_id, payload)
    SELECT
        'platform.balance_low', c.platform_id, 'platform', c.platform_id,
        jsonb_build_object('available', f.available::text, 'threshold', round(f.threshold, 6)::text)
    FROM crossed AS c
    INNER JOIN funds AS f ON c.platform_id = f.platform_id
    WHERE c.is_low;
    GET DIAGNOSTICS alerted = ROW_COUNT;
END;
$$;

-- Name: announce_expiring_keys(timestamp with time zone, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.announce_expiring_keys(p_as_of timestamp with time zone, p_limit integer) RETURNS integer
    LANGUAGE sql
    AS $$
    WITH due AS (
        SELECT k.id FROM ops.api_keys AS k
        WHERE k.revoked_at IS NULL
            AND k.replaced_by IS NULL
            AND k.expiry_told_at IS NULL
            AND k.expires_at > clock_timestamp()
            AND k.expires_at <= least(p_as_of, clock_timestamp()) + interval '7 days'
        ORDER BY k.expires_at
        LIMIT p_limit
        FOR NO KEY UPDATE SKIP LOCKED
    ),

    told AS (
        UPDATE ops.api_keys AS k
        SET expiry_told_at = clock_timestamp()
        FROM due AS d
        WHERE k.id = d.id
        RETURNING k.id, k.platform_id, k.prefix, k.name, k.expires_at
    )

    SELECT count(*)::integer
    FROM told AS t
    CROSS JOIN LATERAL ops.emit(
        'api_key.expiring', t.platform_id, NULL, 'api_key', t.id,
        jsonb_build_object('prefix', t.prefix, 'name', t.name, 'expires_at', ops.rfc3339(t.expires_at))
    )
$$;

-- Name: appeals; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.appeals (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    event_id uuid NOT NULL,
    reason text NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    decided_at timestamp with time zone,
    CONSTRAINT appeals_check CHECK (((status = 'open'::text) = (decided_at IS NULL))),
    CONSTRAINT appeals_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000))),
    CONSTRAINT appeals_status_check CHECK ((status = ANY (ARRAY['open'::text, 'granted'::text, 'refused'::text])))
);

-- Name: appeal_event(uuid, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.appeal_event(p_event_id uuid, p_reason text) RETURNS ops.appeals
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_event reputation_events;
    v_appeal ops.appeals;
BEGIN
    IF ops.tenant_kind() IS DISTINCT FROM 'worker' THEN
        RAISE EXCEPTION 'only a worker may do this' USING ERRCODE = 'GS003';
    END IF;
    SELECT e.* INTO v_event FROM reputation_events AS e WHERE e.id = p_event_id AND e.worker_id = ops.tenant();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no event %', p_event_id USING ERRCODE = 'GS001';
    END IF;
    IF v_event.new_score >= v_event.previous_score THEN
        RAISE EXCEPTION 'the event took nothing from the score' USING ERRCODE = 'GS011';
    END IF;

    INSERT INTO ops.appeals (event_id, reason) VALUES (p_event_id, p_reason)
    RETURNING * INTO v_appeal;
    PERFORM ops.audit('reputation.appealed', 'appeal', v_appeal.id);
    RETURN v_appeal;
END;
$$;

-- Name: ask_circle(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.ask_circle(p_id uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
    v_asks integer;
BEGIN
    IF v_settlement.rail <> 'circle' OR v_settlement.state NOT IN ('queued', 'reserved') THEN
        RAISE EXCEPTION 'the settlement is % by rail %', v_settlement.state, v_settlement.rail USING ERRCODE = 'GS101';
    END IF;
    IF v_settlement.state = 'queued' THEN
        PERFORM reserve_settlement(p_id);
    END IF;

    INSERT INTO ops.circle_polls AS c (settlement_id, asks, due_at)
    VALUES (p_id, 1, clock_timestamp() + interval '30 seconds')
    ON CONFLICT (settlement_id) DO UPDATE
    SET asks = c.asks + 1,
        due_at = clock_timestamp() + least(interval '1 hour', interval '30 seconds' * 2 ^ least(c.asks, 10)),
        updated_at = clock_timestamp()
    RETURNING c.asks - 1 INTO v_asks;
    RETURN v_asks;
END;
$$;

-- Name: assign_deposit(uuid, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.assign_deposit(p_deposit_id uuid, p_platform_id uuid DEFAULT NULL::uuid, OUT id uuid, OUT amount numeric, OUT available numeric) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_deposit ops.deposits;
    v_account uuid;
BEGIN
    SELECT d.* INTO v_deposit FROM ops.deposits AS d WHERE d.id = p_deposit_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no deposit %', p_deposit_id USING ERRCODE = 'GS001';
    END IF;
    IF NOT v_deposit.in_suspense THEN
        RAISE EXCEPTION 'the deposit is not in suspense' USING ERRCODE = 'GS011';
    END IF;
    IF p_platform_id IS NULL THEN
        v_account := ledger.account('advance_pool');
        PERFORM ops.audit(
            'pool.funded', 'deposit', p_deposit_id, jsonb_build_object('amount', v_deposit.amount::text)
        );
    ELSE
        IF NOT EXISTS (SELECT FROM platforms AS p WHERE p.id = p_platform_id) THEN
            RAISE EXCEPTION 'no platform %', p_platform_id USING ERRCODE = 'GS001';
        END IF;
        v_account := ledger.account('platform_available', p_platform_id, p_platform_id);
        PERFORM ops.audit(
            'platform.deposited', 'platform', p_platform_id,
            jsonb_build_object('deposit_id', p_deposit_id, 'tx_hash', v_deposit.tx_hash)
        );
    END IF;

    UPDATE ops.deposits AS d SET platform_id = p_platform_id, in_suspense = FALSE WHERE d.id = p_deposit_id;
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, deposit_id, source_seq, event_at)
    VALUES (
        ledger.account('suspense'), v_account, v_deposit.amount, 'deposit', p_deposit_id, 1, clock_timestamp()
    );
    id := p_deposit_id;
    amount := v_deposit.amount;
    available := (SELECT a.balance FROM ledger.accounts AS a WHERE a.id = v_account);
END;
$$;

-- Name: cancel_stream(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.cancel_stream(p_stream_id uuid) RETURNS public.streams
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_stream streams := ops.lock_stream(p_stream_id, '{active, paused}');
    v_now timestamptz := least(clock_timestamp(), v_stream.end_time - interval '1 second');
    v_earned numeric := v_stream.released_amount;
BEGIN
    IF v_stream.status = 'active' THEN
        v_earned := greatest(
            v_earned,
            stream_accrued(
                v_stream.total_amount, v_stream.anchor_amount, v_stream.anchor_time, v_stream.end_time, v_now
            )
        );
    END IF;
    UPDATE tasks AS t
    SET status = 'cancelled', cancelled_at = v_now, paid_amount = v_earned
    WHERE t.id = v_stream.task_id;

    PERFORM ops.lock_events(p_stream_id);
    PERFORM ledger.lock_advance(v_stream.worker_id);
    -- The refund before the release: a platform's accounts are older than its workers', and accounts are locked in id
    -- order.
    PERFORM ledger.give_back(v_stream.platform_id, v_stream.total_amount - v_earned, NULL, p_stream_id);
    PERFORM release_streams(ARRAY[p_stream_id], v_now);
    UPDATE streams AS s
    SET status = 'cancelled', cancelled_at = v_now, paused_at = NULL, next_release_at = NULL
    WHERE s.id = p_stream_id
    RETURNING s.* INTO v_stream;

    PERFORM ops.audit('stream.cancelled', 'stream', p_stream_id);
    PERFORM ops.emit(
        'stream.cancelled', v_stream.platform_id, v_stream.worker_id, 'stream', p_stream_id,
        jsonb_build_object(
            'released_amount', v_stream.released_amount::text, 'refunded_amount', v_stream.remaining_amount::text
        )
    );
    RETURN v_stream;
END;
$$;

-- Name: cancel_task(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.cancel_task(p_task_id uuid) RETURNS public.tasks
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_task tasks;
    v_stream_id uuid := (SELECT s.id FROM streams AS s WHERE s.task_id = p_task_id);
BEGIN
    IF v_stream_id IS NOT NULL THEN
        PERFORM cancel_stream(v_stream_id);
        RETURN (SELECT t FROM tasks AS t WHERE t.id = p_task_id);
    END IF;

    v_task := ops.lock_task(p_task_id);
    IF v_task.status NOT IN ('pending', 'active') THEN
        RAISE EXCEPTION 'the task is %, not pending or active', v_task.status USING ERRCODE = 'GS011';
    END IF;
    IF v_task.task_type = 'streaming' AND v_task.status = 'active' THEN
        RAISE EXCEPTION 'a stream was started at the same moment' USING ERRCODE = 'serialization_failure';
    END IF;

    UPDATE tasks AS t SET status = 'cancelled', cancelled_at = clock_timestamp() WHERE t.id = p_task_id
    RETURNING t.* INTO v_task;

    PERFORM ops.audit('task.cancelled', 'task', p_task_id);
    PERFORM ops.emit(
        'task.cancelled', v_task.platform_id, v_task.worker_id, 'task', p_task_id,
        jsonb_build_object('paid_amount', v_task.paid_amount::text)
    );
    IF EXISTS (SELECT FROM ledger.transfers AS x WHERE x.task_id = p_task_id AND x.reason = 'hold') THEN
        PERFORM ledger.give_back(v_task.platform_id, v_task.amount, p_task_id, NULL);
    END IF;
    RETURN v_task;
END;
$$;

-- Name: circle_submitted(uuid, text, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.circle_submitted(p_id uuid, p_circle_tx_id text, p_state text) RETURNS ops.settlements
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.rail <> 'circle' THEN
        RAISE EXCEPTION 'the settlement goes by rail %', v_settlement.rail USING ERRCODE = 'GS011';
    END IF;
    IF v_settlement.circle_tx_id <> p_circle_tx_id THEN
        RAISE EXCEPTION 'the settlement is at Circle as %', v_settlement.circle_tx_id USING ERRCODE = 'GS011';
    END IF;
    IF v_settlement.state IN ('final_ok', 'final_reverted') THEN
        RAISE EXCEPTION 'the settlement has ended as %', v_settlement.state USING ERRCODE = 'GS011';
    END IF;

    IF v_settlement.state = 'queued' THEN
        PERFORM ops.number_payments(v_settlement);
    END IF;
    UPDATE ops.settlements AS s
    SET
        state = CASE WHEN s.state = 'conflict' THEN s.state ELSE 'broadcast' END,
        circle_tx_id = p_circle_tx_id,
        circle_state = p_state
    WHERE s.id = p_id
    RETURNING s.* INTO v_settlement;
    UPDATE transactions AS t
    SET circle_tx_id = p_circle_tx_id
    FROM ops.settlement_payments AS p
    WHERE p.settlement_id = p_id AND t.id = p.transaction_id AND t.circle_tx_id IS NULL;
    RETURN v_settlement;
END;
$$;

-- Name: reports; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.reports (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    platform_id uuid NOT NULL,
    kind text NOT NULL,
    format text NOT NULL,
    from_date date NOT NULL,
    to_date date NOT NULL,
    status text DEFAULT 'queued'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    leased_until timestamp with time zone,
    rows bigint,
    bytes bigint,
    sha256 text,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT reports_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT reports_bytes_check CHECK ((bytes >= 0)),
    CONSTRAINT reports_dates CHECK (((from_date <= to_date) AND ((to_date - from_date) < 366))),
    CONSTRAINT reports_format_check CHECK ((format = ANY (ARRAY['csv'::text, 'jsonl'::text]))),
    CONSTRAINT reports_kind_check CHECK ((kind = ANY (ARRAY['payouts'::text, 'earnings'::text, 'fees'::text, 'loans'::text, 'ledger'::text]))),
    CONSTRAINT reports_rows_check CHECK ((rows >= 0)),
    CONSTRAINT reports_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT reports_status CHECK ((((status = 'running'::text) = (leased_until IS NOT NULL)) AND ((status = ANY (ARRAY['done'::text, 'failed'::text])) = (finished_at IS NOT NULL)) AND ((status = 'done'::text) = (num_nulls(rows, bytes, sha256, expires_at) = 0)) AND (num_nulls(rows, bytes, sha256, expires_at) = ANY (ARRAY[0, 4])))),
    CONSTRAINT reports_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text])))
);

-- Name: claim_report(integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.claim_report(p_seconds integer) RETURNS SETOF ops.reports
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_id uuid;
BEGIN
    LOOP
        SELECT r.id INTO v_id
        FROM ops.reports AS r
        WHERE r.status IN ('queued', 'running')
            AND (r.leased_until IS NULL OR r.leased_until < clock_timestamp())
        ORDER BY r.id
        LIMIT 1
        FOR NO KEY UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN;
        END IF;

        RETURN QUERY
        UPDATE ops.reports AS r
        SET
            status = 'running',
            attempts = r.attempts + 1,
            leased_until = clock_timestamp() + p_seconds * interval '1 second'
        WHERE r.id = v_id AND r.attempts < 3
        RETURNING r.*;
        EXIT WHEN FOUND;

        UPDATE ops.reports AS r
        SET status = 'failed', leased_until = NULL, finished_at = clock_timestamp()
        WHERE r.id = v_id;
        PERFORM ops.audit('report.failed', 'report', v_id);
    END LOOP;
END;
$$;

-- Name: clear_conflict(uuid, text, text, bigint, text, bigint, numeric, bigint[]); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.clear_conflict(p_id uuid, p_outcome text, p_tx_hash text DEFAULT NULL::text, p_block_number bigint DEFAULT NULL::bigint, p_block_hash text DEFAULT NULL::text, p_gas_used bigint DEFAULT NULL::bigint, p_gas_price numeric DEFAULT NULL::numeric, p_failed bigint[] DEFAULT '{}'::bigint[]) RETURNS ops.settlements
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.state <> 'conflict' THEN
        RAISE EXCEPTION 'the settlement is %, not in conflict', v_settlement.state USING ERRCODE = 'GS011';
    END IF;
    IF (p_outcome IN ('paid', 'unpaid')) IS NOT TRUE THEN
        RAISE EXCEPTION 'the outcome is paid or unpaid' USING ERRCODE = 'GS015', COLUMN = 'outcome';
    END IF;
    IF p_outcome = 'paid' AND num_nulls(p_tx_hash, p_block_number, p_block_hash) > 0 THEN
        RAISE EXCEPTION 'say by which transaction, in which block' USING ERRCODE = 'GS015', COLUMN = 'tx_hash';
    END IF;
    PERFORM ops.require_payments(v_settlement, p_failed);
    PERFORM ops.audit(
        'settlement.cleared', 'settlement', p_id, jsonb_build_object('outcome', p_outcome, 'tx_hash', p_tx_hash)
    );
    RETURN ops.end_settlement(
        v_settlement, p_tx_hash, p_block_number, p_block_hash, p_gas_used, p_gas_price, p_failed,
        CASE p_outcome WHEN 'unpaid' THEN v_settlement.error END, TRUE
    );
END;
$$;

-- Name: complete_payment(uuid, text, bigint); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.complete_payment(p_transaction_id uuid, p_tx_hash text, p_payment_no bigint) RETURNS public.transactions
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_transaction transactions;
BEGIN
    PERFORM ops.lock_payout(p_transaction_id);
    PERFORM ops.end_payouts(ARRAY[p_transaction_id], p_tx_hash, ARRAY[p_payment_no], ARRAY[NULL::text]);
    SELECT t.* INTO v_transaction FROM transactions AS t WHERE t.id = p_transaction_id;
    RETURN v_transaction;
END;
$$;

-- Name: complete_reported_task(uuid, uuid, text, integer, text, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.complete_reported_task(p_secret_id uuid, p_task_id uuid, p_external_id text, p_rating integer, p_completion_proof text, p_verification_data jsonb) RETURNS public.tasks
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_task_id uuid := p_task_id;
BEGIN
    IF NOT EXISTS (
        SELECT FROM ops.inbound_secrets AS s
        WHERE s.id = p_secret_id AND s.platform_id = v_platform_id
            AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp())
    ) THEN
        RAISE EXCEPTION 'the signing secret is unknown or expired' USING ERRCODE = 'GS002';
    END IF;
    IF v_task_id IS NULL THEN
        SELECT t.id INTO v_task_id FROM tasks AS t
        WHERE t.platform_id = v_platform_id AND t.external_id = p_external_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no task with this external_id' USING ERRCODE = 'GS001', COLUMN = 'external_id';
        END IF;
    END IF;
    RETURN complete_task(v_task_id, p_rating, p_completion_proof, p_verification_data);
END;
$$;

-- Name: complete_task(uuid, integer, text, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.complete_task(p_task_id uuid, p_rating integer DEFAULT NULL::integer, p_completion_proof text DEFAULT NULL::text, p_verification_data jsonb DEFAULT NULL::jsonb) RETURNS public.tasks
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_task tasks := ops.lock_task(p_task_id);
BEGIN
    IF v_task.task_type = 'streaming' THEN
        RAISE EXCEPTION 'a streaming task completes with its stream' USING ERRCODE = 'GS011';
    END IF;
    IF v_task.status <> 'active' THEN
        RAISE EXCEPTION 'the task is %, not active', v_task.status USING ERRCODE = 'GS011';
    END IF;

    UPDATE tasks AS t
    SET
        status = 'completed',
        paid_amount = t.amount,
        completed_at = clock_timestamp(),
        rating = p_rating,
        completion_proof = p_completion_proof,
        verification_data = p_verification_data
    WHERE t.id = p_task_id
    RETURNING t.* INTO v_task;

    PERFORM finish_tasks(ARRAY[p_task_id]);
    IF p_rating IS NOT NULL THEN
        INSERT INTO reputation_events (worker_id, event_type, delta, reason, related_id)
        VALUES (v_task.worker_id, 'rating_received', (p_rating - 3) * 5, format('rated %s of 5', p_rating), p_task_id);
    END IF;
    PERFORM ops.audit('task.completed', 'task', p_task_id);

    -- Opened before the transfer is posted, whose row security must already see it; a task that was re-assigned has
    -- been held for somebody else.
    PERFORM ledger.account('worker_available', v_task.worker_id, v_task.platform_id);
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, task_id, event_at)
    VALUES (
        ledger.account('platform_held', v_task.platform_id, v_task.platform_id),
        ledger.account('worker_available', v_task.worker_id, v_task.platform_id),
        v_task.amount, 'pay', p_task_id, v_task.completed_at
    );
    RETURN v_task;
END;
$$;

-- Name: create_api_key(text, text[], timestamp with time zone, text, bytea); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.create_api_key(p_name text, p_scopes text[], p_expires_at timestamp with time zone, p_prefix text, p_key_hash bytea) RETURNS TABLE(id uuid, prefix text, name text, scopes text[], expires_at timestamp with time zone, created_at timestamp with time zone)
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_platform_id CONSTANT uuid := ops.require_platform();
    v_id CONSTANT uuid := ops.uuid_v7();
BEGIN
    PERFORM ops.hand_on_scopes(p_scopes);
    -- With an end it lives for ten years at most, so that its successor's has an end that a date can name.
    IF p_expires_at NOT BETWEEN clock_timestamp() AND clock_timestamp() + interval '10 years' THEN
        RAISE EXCEPTION 'must lie within the next ten years' USING ERRCODE = 'GS015', COLUMN = 'expires_at';
    END IF;

    PERFORM ops.audit('api_key.created', 'api_key', v_id);
    RETURN QUERY
    INSERT INTO ops.api_keys AS k (id, platform_id, name, scopes, expires_at, prefix, key_hash)
    VALUES (v_id, v_platform_id, p_name, p_scopes, p_expires_at, p_prefix, p_key_hash)
    RETURNING k.id, k.prefix, k.name, k.scopes, k.expires_at, k.created_at;
END;
$$;

-- Name: create_stream(uuid, timestamp with time zone, timestamp with time zone, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.create_stream(p_task_id uuid, p_end_time timestamp with time zone, p_start_time timestamp with time zone DEFAULT NULL::timestamp with time zone, p_release_interval integer DEFAULT 3600) RETURNS public.streams
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_task tasks := ops.lock_task(p_task_id);
    v_start timestamptz := date_trunc('second', coalesce(p_start_time, clock_timestamp()));
    v_end timestamptz := date_trunc('second', p_end_time);
    v_stream streams;
BEGIN
    IF v_task.task_type <> 'streaming' OR v_task.status <> 'pending' THEN
        RAISE EXCEPTION 'the task is % and %, not streaming and pending', v_task.task_type, v_task.status
            USING ERRCODE = 'GS011';
    END IF;
    IF v_start < clock_timestamp() - interval '30 days' OR v_start > clock_timestamp() + interval '1 year' THEN
        RAISE EXCEPTION 'start_time must lie between 30 days ago and a year ahead'
            USING ERRCODE = 'GS015', COLUMN = 'start_time';
    END IF;
    IF v_end < v_start + interval '60 seconds' OR v_end > v_start + interval '1 year' THEN
        RAISE EXCEPTION 'end_time must lie between 60 seconds and a year after start_time'
            USING ERRCODE = 'GS015', COLUMN = 'end_time';
    END IF;

    INSERT INTO streams (
        task_id, start_time, end_time, total_amount, anchor_time, release_interval, next_release_at
    )
    VALUES (
        p_task_id, v_start, v_end, v_task.amount, v_start, p_release_interval,
        next_release(v_start, v_end, p_release_interval, v_start)
    )
    RETURNING * INTO v_stream;
    UPDATE tasks AS t SET status = 'active', started_at = v_start WHERE t.id = p_task_id;

    PERFORM ops.audit('stream.started', 'stream', v_stream.id);
    PERFORM ops.emit(
        'stream.started', v_stream.platform_id, v_stream.worker_id, 'stream', v_stream.id,
        jsonb_build_object(
            'total_amount', v_stream.total_amount::text,
            'start_time', ops.rfc3339(v_start), 'end_time', ops.rfc3339(v_end)
        )
    );
    -- The releases need it; a task that was re-assigned has been held for somebody else.
    PERFORM ledger.account('worker_available', v_stream.worker_id, v_stream.platform_id);
    IF NOT EXISTS (SELECT FROM ledger.transfers AS x WHERE x.task_id = p_task_id AND x.reason = 'hold') THEN
        PERFORM ledger.hold(v_task, v_task.amount);
    END IF;
    RETURN v_stream;
END;
$$;

-- Name: create_task(uuid, text, numeric, text, text, jsonb, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.create_task(p_worker_id uuid, p_task_type text, p_amount numeric, p_title text, p_description text DEFAULT NULL::text, p_metadata jsonb DEFAULT '{}'::jsonb, p_external_id text DEFAULT NULL::text, p_scheduled_at timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS public.tasks
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_task tasks;
BEGIN
    IF NOT EXISTS (
        SELECT FROM ops.memberships AS m
        WHERE m.platform_id = v_platform_id AND m.worker_id = p_worker_id AND m.left_at IS NULL
    ) THEN
        RAISE EXCEPTION 'the worker is not one of yours: invite him first'
            USING ERRCODE = 'GS012', COLUMN = 'worker_id';
    END IF;

    INSERT INTO tasks (
        platform_id, worker_id, task_type, amount, title, description, metadata, external_id, scheduled_at
    )
    VALUES (
        v_platform_id, p_worker_id, p_task_type, p_amount, p_title, p_description, p_metadata, p_external_id,
        p_scheduled_at
    )
    RETURNING * INTO v_task;

    PERFORM ops.audit('task.created', 'task', v_task.id);
    PERFORM ops.emit(
        'task.created', v_platform_id, p_worker_id, 'task', v_task.id,
        jsonb_build_object('task_type', p_task_type, 'amount', v_task.amount::text)
    );
    PERFORM ledger.hold(v_task, v_task.amount);
    RETURN v_task;
END;
$$;

-- Name: create_tasks(jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.create_tasks(p_tasks jsonb) RETURNS TABLE(index integer, task public.tasks, error_state text, error_constraint text, error_column text, error_message text)
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_item jsonb;
BEGIN
    PERFORM ops.lock_members(ARRAY(SELECT (i.item ->> 'worker_id')::uuid FROM jsonb_array_elements(p_tasks) AS i (item)));

    index := 0;
    FOR v_item IN SELECT i.item FROM jsonb_array_elements(p_tasks) WITH ORDINALITY AS i (item, place) ORDER BY i.place LOOP
        task := NULL;
        error_state := NULL;
        error_constraint := NULL;
        error_column := NULL;
        error_message := NULL;
        BEGIN
            task := create_task(
                (v_item ->> 'worker_id')::uuid, v_item ->> 'task_type', (v_item ->> 'amount')::numeric,
                v_item ->> 'title', v_item ->> 'description', v_item -> 'metadata', v_item ->> 'external_id',
                (v_item ->> 'scheduled_at')::timestamptz
            );
        -- GS000 is every error of ours.
        EXCEPTION WHEN unique_violation OR check_violation OR data_exception OR SQLSTATE 'GS000' THEN
            GET STACKED DIAGNOSTICS
                error_state = RETURNED_SQLSTATE,
                error_constraint = CONSTRAINT_NAME,
                error_column = COLUMN_NAME,
                error_message = MESSAGE_TEXT;
        END;
        RETURN NEXT;
        index := index + 1;
    END LOOP;
END;
$$;

-- Name: create_webhook_endpoint(text, text[], text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.create_webhook_endpoint(p_url text, p_event_types text[], p_description text) RETURNS ops.webhook_endpoints
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_endpoint ops.webhook_endpoints;
BEGIN
    PERFORM FROM platforms AS p WHERE p.id = v_platform_id FOR NO KEY UPDATE;
    IF (SELECT count(*) FROM ops.webhook_endpoints AS e WHERE e.platform_id = v_platform_id) >= 10 THEN
        RAISE EXCEPTION 'a platform has at most 10 webhook endpoints' USING ERRCODE = 'GS060';
    END IF;

    INSERT INTO ops.webhook_endpoints (platform_id, url, event_types, description)
    VALUES (v_platform_id, p_url, p_event_types, p_description)
    RETURNING * INTO v_endpoint;
    PERFORM ops.audit('webhook_endpoint.created', 'webhook_endpoint', v_endpoint.id);
    RETURN v_endpoint;
END;
$$;

-- Name: credentials(text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.credentials(p_email text) RETURNS TABLE(worker_id uuid, password_hash text, locked_seconds integer)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT w.id, w.password_hash, l.seconds
    FROM ops.sign_in_lock(p_email) AS l (seconds)
    LEFT JOIN workers AS w ON lower(w.email) = lower(p_email)
$$;

-- Name: credit_deposits(bigint, text, bigint, bigint, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.credit_deposits(p_chain_id bigint, p_custody text, p_seen bigint, p_block bigint, p_logs jsonb) RETURNS TABLE(credited integer, suspended integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_deposits uuid [];
BEGIN
    IF p_block < p_seen OR EXISTS (
        SELECT FROM jsonb_to_recordset(p_logs) AS l (block_number bigint) WHERE l.block_number > p_block
    ) THEN
        RAISE EXCEPTION 'the cursor cannot go from % to % with these logs', p_seen, p_block USING ERRCODE = 'GS095';
    END IF;

    INSERT INTO ops.chain_cursors AS c (chain_id, custody, block)
    VALUES (p_chain_id, p_custody, p_seen)
    ON CONFLICT DO NOTHING;
    UPDATE ops.chain_cursors AS c
    SET block = p_block, updated_at = clock_timestamp()
    WHERE c.chain_id = p_chain_id AND c.custody = p_custody AND c.block = p_seen;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    WITH added AS (
        INSERT INTO ops.deposits AS d (
            platform_id, amount, tx_hash, log_index, chain_id, block_number, from_address, to_address, in_suspense
        )
        SELECT
            p.id, l.amount, l.tx_hash, l.log_index, p_chain_id, l.block_number, l.from_address, p_custody, p.id IS NULL
        FROM jsonb_to_recordset(p_logs) AS l (
            tx_hash text, log_index integer, block_number bigint, from_address text, amount numeric
        )
        LEFT JOIN platforms AS p
            ON lower(l.from_address) = lower(p.wallet_address)
            AND lower(l.from_address) NOT IN (lower(p_custody), '0x0000000000000000000000000000000000000000')
        ORDER BY l.block_number, l.log_index
        ON CONFLICT (tx_hash, log_index) DO NOTHING
        RETURNING d.id
    )

    SELECT coalesce(array_agg(a.id), '{}') INTO v_deposits FROM added AS a;

    PERFORM ops.audit(
        CASE WHEN d.in_suspense THEN 'deposit.suspended' ELSE 'platform.deposited' END,
        CASE WHEN d.in_suspense THEN 'deposit' ELSE 'platform' END,
        CASE WHEN d.in_suspense THEN d.id ELSE d.platform_id END,
        jsonb_build_object('deposit_id', d.id, 'tx_hash', d.tx_hash)
    )
    FROM ops.deposits AS d
    WHERE d.id = ANY(v_deposits);
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, deposit_id, event_at)
    SELECT
        ledger.account('custody'),
        CASE
            WHEN d.in_suspense THEN ledger.account('suspense')
            ELSE ledger.account('platform_available', d.platform_id, d.platform_id)
        END,
        d.amount, 'deposit', d.id, clock_timestamp()
    FROM ops.deposits AS d
    WHERE d.id = ANY(v_deposits)
    ORDER BY d.id;
    RETURN QUERY
    SELECT count(*)::integer, (count(*) FILTER (WHERE d.in_suspense))::integer
    FROM ops.deposits AS d
    WHERE d.id = ANY(v_deposits);
END;
$$;

-- Name: daily_earnings(integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.daily_earnings(p_days integer) RETURNS TABLE(platform_id uuid, days_ago integer, amount numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
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

-- Name: decide_appeal(uuid, boolean, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.decide_appeal(p_appeal_id uuid, p_grant boolean, p_reason text DEFAULT NULL::text, OUT id uuid, OUT status text, OUT worker_id uuid, OUT points integer, OUT score integer) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_appeal ops.appeals;
    v_event reputation_events;
BEGIN
    SELECT a.* INTO v_appeal FROM ops.appeals AS a WHERE a.id = p_appeal_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no appeal %', p_appeal_id USING ERRCODE = 'GS001';
    END IF;
    IF v_appeal.status <> 'open' THEN
        RAISE EXCEPTION 'the appeal is %, not open', v_appeal.status USING ERRCODE = 'GS011';
    END IF;
    SELECT e.* INTO v_event FROM reputation_events AS e WHERE e.id = v_appeal.event_id;

    id := p_appeal_id;
    status := CASE WHEN p_grant THEN 'granted' ELSE 'refused' END;
    worker_id := v_event.worker_id;
    UPDATE ops.appeals AS a SET status = decide_appeal.status, decided_at = clock_timestamp() WHERE a.id = p_appeal_id;

    INSERT INTO reputation_events AS e (worker_id, event_type, delta, reason, related_id)
    VALUES (
        worker_id, 'appeal', CASE WHEN p_grant THEN v_event.previous_score - v_event.new_score ELSE 0 END,
        'appeal ' || status || coalesce(': ' || p_reason, ''), v_event.id
    )
    RETURNING e.new_score - e.previous_score, e.new_score INTO points, score;
    PERFORM ops.audit('appeal.' || status, 'appeal', p_appeal_id);
END;
$$;

-- Name: declare_conflict(uuid, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.declare_conflict(p_id uuid, p_reason text) RETURNS ops.settlements
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_settlement ops.settlements;
BEGIN
    PERFORM FROM ops.signers AS g
    INNER JOIN ops.settlements AS s ON g.chain_id = s.chain_id AND g.address = s.signer
    WHERE s.id = p_id
    FOR NO KEY UPDATE OF g;
    v_settlement := ops.lock_settlement(p_id);
    IF v_settlement.state = 'conflict' THEN
        RETURN v_settlement;
    END IF;
    IF v_settlement.state NOT IN ('reserved', 'signed', 'broadcast') THEN
        RAISE EXCEPTION 'the settlement is %, not on its way', v_settlement.state USING ERRCODE = 'GS011';
    END IF;

    UPDATE ops.settlements AS s SET state = 'conflict', error = p_reason WHERE s.id = p_id
    RETURNING s.* INTO v_settlement;
    PERFORM ops.audit('settlement.conflict', 'settlement', p_id, jsonb_build_object('reason', p_reason));
    PERFORM ops.pause_signer(v_settlement.chain_id, v_settlement.signer, p_reason);
    RETURN v_settlement;
END;
$$;

-- Name: default_advance(uuid, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.default_advance(p_loan_id uuid, p_as_of timestamp with time zone, OUT defaulted boolean) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    defaulted := EXISTS (
        SELECT FROM loans AS l
        WHERE l.id = p_loan_id AND l.mode = 'predictive' AND l.status IN ('disbursed', 'repaying')
            AND l.repayment_due <= least(p_as_of, clock_timestamp())
    );
    IF defaulted THEN
        PERFORM write_off_advance(p_loan_id);
    END IF;
EXCEPTION WHEN sqlstate 'GS011' THEN
    defaulted := FALSE;
END;
$$;

-- Name: delete_webhook_endpoint(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.delete_webhook_endpoint(p_endpoint_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_endpoint ops.webhook_endpoints := ops.lock_endpoint(p_endpoint_id);
BEGIN
    DELETE FROM ops.webhook_deliveries AS d WHERE d.endpoint_id = p_endpoint_id;
    PERFORM FROM platforms AS p WHERE p.id = v_endpoint.platform_id FOR NO KEY UPDATE;
    DELETE FROM ops.webhook_endpoints AS e WHERE e.id = p_endpoint_id;
    PERFORM ops.audit('webhook_endpoint.deleted', 'webhook_endpoint', p_endpoint_id);
END;
$$;

-- Name: deposit(numeric); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.deposit(p_amount numeric, OUT id uuid, OUT available numeric) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_account uuid := ledger.account('platform_available', v_platform_id, v_platform_id);
BEGIN
    INSERT INTO ops.deposits AS d (platform_id, amount) VALUES (v_platform_id, p_amount) RETURNING d.id INTO deposit.id;
    PERFORM ops.audit('platform.deposited', 'platform', v_platform_id);
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, deposit_id, event_at)
    VALUES (ledger.account('custody'), v_account, p_amount, 'deposit', deposit.id, clock_timestamp());
    available := (SELECT a.balance FROM ledger.accounts AS a WHERE a.id = v_account);
END;
$$;

-- Name: disputes; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.disputes (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    task_id uuid NOT NULL,
    filed_by text NOT NULL,
    reason text NOT NULL,
    to_worker integer,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    resolved_at timestamp with time zone,
    CONSTRAINT disputes_check CHECK (((resolved_at IS NULL) = (to_worker IS NULL))),
    CONSTRAINT disputes_filed_by_check CHECK ((filed_by = ANY (ARRAY['worker'::text, 'platform'::text]))),
    CONSTRAINT disputes_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000))),
    CONSTRAINT disputes_to_worker_check CHECK (((to_worker >= 0) AND (to_worker <= 10000)))
);

-- Name: dispute_task(uuid, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.dispute_task(p_task_id uuid, p_reason text) RETURNS ops.disputes
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_stream streams;
    v_task tasks;
    v_dispute ops.disputes;
BEGIN
    SELECT s.* INTO v_stream FROM streams AS s
    WHERE s.task_id = p_task_id AND ops.tenant() IN (s.platform_id, s.worker_id)
    FOR NO KEY UPDATE;
    SELECT t.* INTO v_task FROM tasks AS t
    WHERE t.id = p_task_id AND ops.tenant() IN (t.platform_id, t.worker_id)
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no task %', p_task_id USING ERRCODE = 'GS001';
    END IF;
    IF v_task.status NOT IN ('pending', 'active') THEN
        RAISE EXCEPTION 'the task is %, not pending or active', v_task.status USING ERRCODE = 'GS011';
    END IF;
    IF v_stream.id IS NULL AND v_task.task_type = 'streaming' AND v_task.status = 'active' THEN
        RAISE EXCEPTION 'a stream was started at the same moment' USING ERRCODE = 'serialization_failure';
    END IF;
    IF v_stream.status = 'active' AND v_stream.end_time <= clock_timestamp() THEN
        RAISE EXCEPTION 'the stream is at its end' USING ERRCODE = 'GS011';
    END IF;
    IF NOT EXISTS (SELECT FROM ledger.transfers AS x WHERE x.task_id = p_task_id AND x.reason = 'hold') THEN
        RAISE EXCEPTION 'nothing is held for the task' USING ERRCODE = 'GS011';
    END IF;

    UPDATE tasks AS t SET status = 'disputed', disputed_at = clock_timestamp() WHERE t.id = p_task_id;
    INSERT INTO ops.disputes (task_id, filed_by, reason)
    VALUES (p_task_id, ops.tenant_kind(), p_reason)
    RETURNING * INTO v_dispute;

    INSERT INTO reputation_events (worker_id, event_type, delta, reason, related_id)
    VALUES (v_task.worker_id, 'dispute_filed', 0, 'dispute filed by the ' || v_dispute.filed_by, p_task_id);
    PERFORM ops.audit('task.disputed', 'task', p_task_id);
    PERFORM ops.emit(
        'task.disputed', v_task.platform_id, v_task.worker_id, 'task', p_task_id,
        jsonb_build_object('filed_by', v_dispute.filed_by, 'reason', p_reason)
    );
    IF v_stream.status = 'active' THEN
        PERFORM ops.halt_stream(v_stream);
    END IF;
    RETURN v_dispute;
END;
$$;

-- Name: erase_worker(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.erase_worker(p_worker_id uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_email text;
    v_open text;
BEGIN
    SELECT w.email INTO v_email FROM workers AS w
    WHERE w.id = p_worker_id AND w.id = ops.tenant()
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no worker %', p_worker_id USING ERRCODE = 'GS001';
    END IF;

    SELECT concat_ws(
        '; ',
        'open tasks: ' || nullif(count(*) FILTER (WHERE o.kind = 'task'), 0),
        'not paid out: ' || sum(o.amount) FILTER (WHERE o.kind = 'money') || ' USDC',
        'open advance: ' || sum(o.amount) FILTER (WHERE o.kind = 'advance') || ' USDC'
    ) INTO v_open
    FROM (
        SELECT 'task' AS kind, t.amount FROM tasks AS t
        WHERE t.worker_id = p_worker_id AND t.status IN ('pending', 'active', 'disputed')
        UNION ALL
        SELECT 'money', a.balance FROM ledger.accounts AS a
        WHERE a.owner_id = p_worker_id AND a.kind IN ('worker_available', 'worker_settling') AND a.balance > 0
        UNION ALL
        SELECT 'advance', l.total_due - l.amount_repaid FROM loans AS l
        WHERE l.worker_id = p_worker_id AND l.status IN ('pending', 'approved', 'disbursed', 'repaying')
    ) AS o;
    IF v_open <> '' THEN
        RAISE EXCEPTION 'the account cannot be erased yet: %', v_open USING ERRCODE = 'GS011';
    END IF;

    PERFORM ops.audit('worker.erased', 'worker', p_worker_id);
    UPDATE workers AS w
    SET
        name = 'Erased worker',
        email = w.id || '@erased.invalid',
        password_hash = '',
        wallet_id = NULL,
        wallet_address = NULL
    WHERE w.id = p_worker_id;
    UPDATE ops.memberships SET left_at = clock_timestamp() WHERE worker_id = p_worker_id;
    DELETE FROM ops.refresh_tokens WHERE worker_id = p_worker_id;
    DELETE FROM ops.invites WHERE worker_id = p_worker_id OR lower(email) = lower(v_email);
END;
$$;

-- Name: fail_payment(uuid, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.fail_payment(p_transaction_id uuid, p_error text) RETURNS public.transactions
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_transaction transactions;
BEGIN
    PERFORM ops.lock_payout(p_transaction_id);
    PERFORM ops.end_payouts(ARRAY[p_transaction_id], NULL, ARRAY[NULL::bigint], ARRAY[p_error]);
    SELECT t.* INTO v_transaction FROM transactions AS t WHERE t.id = p_transaction_id;
    RETURN v_transaction;
END;
$$;

-- Name: finish_report(uuid, integer, bigint, bigint, text, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.finish_report(p_report_id uuid, p_attempt integer, p_rows bigint, p_bytes bigint, p_sha256 text, p_days integer) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    UPDATE ops.reports AS r
    SET
        status = 'done',
        leased_until = NULL,
        rows = p_rows,
        bytes = p_bytes,
        sha256 = p_sha256,
        finished_at = v_now,
        expires_at = v_now + p_days * interval '1 day'
    WHERE r.id = p_report_id AND r.status = 'running' AND r.attempts = p_attempt;
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;
    PERFORM ops.audit('report.completed', 'report', p_report_id, jsonb_build_object('rows', p_rows));
    RETURN TRUE;
END;
$$;

-- Name: finish_settlement(uuid, text, bigint, text, bigint, numeric, bigint[]); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.finish_settlement(p_id uuid, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint DEFAULT NULL::bigint, p_gas_price numeric DEFAULT NULL::numeric, p_failed bigint[] DEFAULT '{}'::bigint[]) RETURNS ops.settlements
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.state = 'final_ok' AND v_settlement.tx_hash = p_tx_hash THEN
        RETURN v_settlement;
    END IF;
    PERFORM ops.require_attempt(v_settlement, p_tx_hash);
    IF v_settlement.state IN ('queued', 'reserved') THEN
        RAISE EXCEPTION 'the settlement is %, and was not sent', v_settlement.state USING ERRCODE = 'GS011';
    END IF;
    PERFORM ops.require_payments(v_settlement, p_failed);
    RETURN ops.end_settlement(
        v_settlement, p_tx_hash, p_block_number, p_block_hash, p_gas_used, p_gas_price, p_failed, NULL, FALSE
    );
END;
$$;

-- Name: finish_tasks(uuid[]); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.finish_tasks(p_tasks uuid[]) RETURNS void
    LANGUAGE sql
    AS $$
    INSERT INTO reputation_events (worker_id, event_type, delta, reason, related_id)
    SELECT t.worker_id, 'task_completed', 5, 'task completed', t.id
    FROM tasks AS t
    WHERE t.id = ANY(p_tasks)
    ORDER BY t.worker_id, t.id;

    INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
    SELECT
        'task.completed', t.platform_id, t.worker_id, 'task', t.id,
        jsonb_build_object('amount', t.amount::text, 'paid_amount', t.paid_amount::text)
    FROM tasks AS t
    WHERE t.id = ANY(p_tasks);
$$;

-- Name: fund_pool(numeric); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.fund_pool(p_amount numeric, OUT id uuid, OUT pool numeric) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_pool uuid := ledger.account('advance_pool');
BEGIN
    INSERT INTO ops.deposits AS d (amount) VALUES (p_amount) RETURNING d.id INTO fund_pool.id;
    PERFORM ops.audit('pool.funded', 'deposit', fund_pool.id, jsonb_build_object('amount', p_amount::text));
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, deposit_id, event_at)
    VALUES (ledger.account('custody'), v_pool, p_amount, 'deposit', fund_pool.id, clock_timestamp());
    pool := (SELECT a.balance FROM ledger.accounts AS a WHERE a.id = v_pool);
END;
$$;

-- Name: give_back_settlement(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.give_back_settlement(p_id uuid) RETURNS ops.settlements
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.rail <> 'web3' OR v_settlement.state <> 'queued' THEN
        RAISE EXCEPTION 'the settlement is % on rail %, not queued for the contract',
            v_settlement.state, v_settlement.rail
            USING ERRCODE = 'GS011';
    END IF;
    PERFORM ops.audit(
        'settlement.given_back', 'settlement', p_id, jsonb_build_object('error', v_settlement.error)
    );
    RETURN ops.end_settlement(
        v_settlement, NULL, NULL, NULL, NULL, NULL, '{}', coalesce(v_settlement.error, 'given back'), TRUE
    );
END;
$$;

-- Name: invite_worker(text, text, bytea); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.invite_worker(p_email text, p_name text, p_token_hash bytea) RETURNS TABLE(id uuid, email text, name text, expires_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_platform_id CONSTANT uuid := ops.require_platform();
    v_invite ops.invites;
BEGIN
    IF EXISTS (
        SELECT FROM workers AS w
        INNER JOIN ops.memberships AS m ON m.worker_id = w.id
        WHERE m.platform_id = v_platform_id AND lower(w.email) = lower(p_email)
    ) THEN
        RAISE EXCEPTION 'a worker of this platform has this e-mail address' USING ERRCODE = 'GS013', COLUMN = 'email';
    END IF;

    INSERT INTO ops.invites (platform_id, email, name, token_hash, expires_at)
    VALUES (v_platform_id, p_email, p_name, p_token_hash, clock_timestamp() + interval '14 days')
    RETURNING * INTO v_invite;
    PERFORM ops.audit('worker.invited', 'invite', v_invite.id);
    RETURN QUERY VALUES (v_invite.id, v_invite.email, v_invite.name, v_invite.expires_at);
END;
$$;

-- Name: issue_wallet_nonce(text, text, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.issue_wallet_nonce(p_nonce text, p_address text, p_purpose text, OUT issued_at timestamp with time zone, OUT expires_at timestamp with time zone) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    issued_at := date_trunc('second', clock_timestamp());
    expires_at := issued_at + interval '5 minutes';
    INSERT INTO ops.wallet_nonces AS n (nonce, address, purpose, expires_at)
    VALUES (p_nonce, p_address, p_purpose, expires_at);
END;
$$;

-- Name: keep_wallets(uuid, jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.keep_wallets(p_order_id uuid, p_wallets jsonb) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_order ops.wallet_orders;
    v_given uuid [];
BEGIN
    SELECT * INTO v_order FROM ops.wallet_orders AS o WHERE o.id = p_order_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no order %', p_order_id USING ERRCODE = 'GS001';
    ELSIF v_order.finished_at IS NOT NULL THEN
        RETURN 0;
    END IF;

    IF ARRAY(
        SELECT x.worker_id FROM ops.ordered_wallets AS x WHERE x.order_id = p_order_id ORDER BY x.worker_id
    ) <> ARRAY(
        SELECT r.worker_id FROM jsonb_to_recordset(p_wallets) AS r (worker_id uuid) ORDER BY r.worker_id
    ) THEN
        RAISE EXCEPTION 'the wallets are not those of the order''s workers' USING ERRCODE = 'GS100';
    END IF;

    UPDATE ops.ordered_wallets AS x
    SET wallet_id = r.wallet_id, wallet_address = r.wallet_address
    FROM jsonb_to_recordset(p_wallets) AS r (worker_id uuid, wallet_id text, wallet_address text)
    WHERE x.worker_id = r.worker_id;

    PERFORM FROM workers AS w
    WHERE w.id IN (SELECT x.worker_id FROM ops.ordered_wallets AS x WHERE x.order_id = p_order_id)
    ORDER BY w.id
    FOR NO KEY UPDATE;
    WITH given AS (
        UPDATE workers AS w
        SET wallet_id = x.wallet_id, wallet_address = x.wallet_address
        FROM ops.ordered_wallets AS x
        WHERE x.order_id = p_order_id AND w.id = x.worker_id
            AND w.wallet_address IS NULL AND w.email <> w.id || '@erased.invalid'
        RETURNING w.id
    )

    SELECT coalesce(array_agg(g.id), '{}') INTO v_given FROM given AS g;
    PERFORM ops.audit('worker.wallet_created', 'worker', g.id) FROM unnest(v_given) AS g (id);

    UPDATE ops.wallet_orders AS o SET finished_at = clock_timestamp() WHERE o.id = p_order_id;
    RETURN cardinality(v_given);
END;
$$;

-- Name: next_due_release(); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.next_due_release() RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    RETURN (SELECT d.next_release_at FROM ops.due_streams AS d ORDER BY d.next_release_at LIMIT 1);
END;
$$;

-- Name: next_release(timestamp with time zone, timestamp with time zone, integer, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.next_release(p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_interval integer, p_at timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN LEAST(p_end_time, (p_anchor_time + ((((p_interval)::numeric * (floor((GREATEST((0)::numeric, EXTRACT(epoch FROM (p_at - p_anchor_time))) / (p_interval)::numeric)) + (1)::numeric)))::double precision * '00:00:01'::interval)));

-- Name: note_broadcast(text, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.note_broadcast(p_tx_hash text, p_answer text DEFAULT NULL::text) RETURNS ops.settlements
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_settlement ops.settlements;
BEGIN
    SELECT s.* INTO v_settlement
    FROM ops.settlements AS s
    INNER JOIN ops.settlement_attempts AS a ON s.id = a.settlement_id
    WHERE a.tx_hash = p_tx_hash
    FOR NO KEY UPDATE OF s;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no attempt has the hash %', p_tx_hash USING ERRCODE = 'GS094';
    END IF;
    UPDATE ops.settlement_attempts AS a
    SET broadcast_at = coalesce(a.broadcast_at, clock_timestamp()), answer = p_answer
    WHERE a.tx_hash = p_tx_hash;
    UPDATE ops.settlements AS s SET state = 'broadcast' WHERE s.id = v_settlement.id AND s.state = 'signed';
    RETURN ops.lock_settlement(v_settlement.id);
END;
$$;

-- Name: note_circle_answer(uuid, text, text, numeric, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.note_circle_answer(p_id uuid, p_circle_tx_id text, p_state text, p_network_fee numeric, p_error text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF p_state IS NOT NULL THEN
        PERFORM circle_submitted(p_id, p_circle_tx_id, p_state);
    END IF;
    UPDATE ops.circle_polls AS c
    SET
        polls = c.polls + 1,
        due_at = clock_timestamp() + least(interval '10 minutes', interval '30 seconds' * 2 ^ least(c.polls, 10)),
        network_fee = coalesce(p_network_fee, c.network_fee),
        error = p_error,
        updated_at = clock_timestamp()
    WHERE c.settlement_id = p_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Circle was never asked for %', p_id USING ERRCODE = 'GS001';
    END IF;
END;
$$;

-- Name: note_refusal(uuid, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.note_refusal(p_id uuid, p_error text) RETURNS ops.settlements
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.state <> 'queued' THEN
        RAISE EXCEPTION 'the settlement is %, not queued', v_settlement.state USING ERRCODE = 'GS011';
    END IF;
    UPDATE ops.settlements AS s SET error = p_error WHERE s.id = p_id AND s.error IS DISTINCT FROM p_error;
    RETURN ops.lock_settlement(p_id);
END;
$$;

-- Name: observe_settlement(uuid, boolean); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.observe_settlement(p_id uuid, p_is_missing boolean) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.state IN ('final_ok', 'final_reverted') THEN
        RAISE EXCEPTION 'the settlement has ended as %', v_settlement.state USING ERRCODE = 'GS011';
    END IF;
    UPDATE ops.settlements AS s
    SET observed = CASE WHEN p_is_missing THEN s.observed + 1 ELSE 0 END
    WHERE s.id = p_id AND (p_is_missing OR s.observed > 0)
    RETURNING s.observed INTO v_settlement.observed;
    RETURN coalesce(v_settlement.observed, 0);
END;
$$;

-- Name: signers; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.signers (
    chain_id bigint NOT NULL,
    address ops.address NOT NULL,
    contract ops.address NOT NULL,
    first_nonce bigint NOT NULL,
    skipped_nonces bigint DEFAULT 0 NOT NULL,
    next_nonce bigint NOT NULL,
    next_payment_no bigint DEFAULT 1 NOT NULL,
    paused_at timestamp with time zone,
    paused_reason text,
    opened_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT signers_chain_id_check CHECK ((chain_id > 0)),
    CONSTRAINT signers_first_nonce_check CHECK ((first_nonce >= 0)),
    CONSTRAINT signers_next_payment_no_check CHECK ((next_payment_no > 0)),
    CONSTRAINT signers_nonces CHECK ((next_nonce >= (first_nonce + skipped_nonces))),
    CONSTRAINT signers_paused CHECK (((paused_at IS NULL) = (paused_reason IS NULL))),
    CONSTRAINT signers_skipped_nonces_check CHECK ((skipped_nonces >= 0))
);

-- Name: open_signer(bigint, ops.address, ops.address, bigint); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.open_signer(p_chain_id bigint, p_address ops.address, p_contract ops.address, p_chain_nonce bigint) RETURNS ops.signers
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_signer ops.signers;
BEGIN
    INSERT INTO ops.signers (chain_id, address, contract, first_nonce, next_nonce, next_payment_no)
    VALUES (
        p_chain_id, p_address, p_contract, p_chain_nonce, p_chain_nonce, ops.next_payment_no(p_chain_id, p_contract)
    )
    ON CONFLICT DO NOTHING;
    SELECT s.* INTO v_signer FROM ops.signers AS s
    WHERE s.chain_id = p_chain_id AND s.address = p_address
    FOR NO KEY UPDATE;

    IF v_signer.contract <> p_contract THEN
        IF EXISTS (
            SELECT FROM ops.settlements AS s
            WHERE s.rail = 'web3' AND s.chain_id = p_chain_id AND s.signer = p_address
                AND s.state IN ('reserved', 'signed', 'broadcast', 'conflict')
        ) THEN
            RAISE EXCEPTION 'settlements of contract % are on their way', v_signer.contract USING ERRCODE = 'GS011';
        END IF;
    END IF;
    UPDATE ops.signers AS s
    SET
        contract = p_contract,
        next_payment_no = ops.next_payment_no(p_chain_id, p_contract),
        opened_at = clock_timestamp()
    WHERE s.chain_id = p_chain_id AND s.address = p_address
    RETURNING s.* INTO v_signer;
    UPDATE ops.settlements AS s
    SET signer = p_address, contract = p_contract
    WHERE s.rail = 'web3' AND s.chain_id = p_chain_id AND s.state = 'queued'
        AND (s.signer, s.contract) IS DISTINCT FROM (p_address, p_contract);
    RETURN v_signer;
END;
$$;

-- Name: order_report(text, text, date, date); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.order_report(p_kind text, p_format text, p_from_date date, p_to_date date) RETURNS ops.reports
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_report ops.reports;
BEGIN
    IF p_to_date > (clock_timestamp() AT TIME ZONE 'UTC')::date THEN
        RAISE EXCEPTION 'must not be in the future' USING ERRCODE = 'GS015', COLUMN = 'to_date';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('reports of ' || v_platform_id::text, 0));
    IF (
        SELECT count(*) FROM ops.reports AS r
        WHERE r.platform_id = v_platform_id AND r.status IN ('queued', 'running')
    ) >= 10 THEN
        RAISE EXCEPTION 'ten of your reports are not finished yet' USING ERRCODE = 'GS080';
    END IF;

    INSERT INTO ops.reports (platform_id, kind, format, from_date, to_date)
    VALUES (v_platform_id, p_kind, p_format, p_from_date, p_to_date)
    RETURNING * INTO v_report;
    PERFORM ops.audit('report.ordered', 'report', v_report.id, jsonb_build_object('kind', p_kind));
    RETURN v_report;
END;
$$;

-- Name: order_wallets(integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.order_wallets(p_limit integer) RETURNS TABLE(order_id uuid, worker_id uuid)
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_order uuid;
BEGIN
    SELECT o.id INTO v_order FROM ops.wallet_orders AS o WHERE o.finished_at IS NULL;
    IF NOT FOUND THEN
        INSERT INTO ops.wallet_orders DEFAULT VALUES
        ON CONFLICT ((finished_at IS NULL)) WHERE finished_at IS NULL DO NOTHING
        RETURNING id INTO v_order;
        IF v_order IS NULL THEN  -- another run was first
            RETURN QUERY SELECT * FROM order_wallets(p_limit);
            RETURN;
        END IF;

        INSERT INTO ops.ordered_wallets (worker_id, order_id)
        SELECT w.id, v_order
        FROM workers AS w
        WHERE w.wallet_address IS NULL AND w.wallet_id IS NULL AND w.email <> w.id || '@erased.invalid'
            AND NOT EXISTS (SELECT FROM ops.ordered_wallets AS x WHERE x.worker_id = w.id)
        ORDER BY w.id
        LIMIT p_limit;
        IF NOT FOUND THEN
            DELETE FROM ops.wallet_orders AS o WHERE o.id = v_order;
            RETURN;
        END IF;
    END IF;

    RETURN QUERY
    SELECT x.order_id, x.worker_id FROM ops.ordered_wallets AS x WHERE x.order_id = v_order ORDER BY x.worker_id;
END;
$$;

-- Name: pause_stream(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.pause_stream(p_stream_id uuid) RETURNS public.streams
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN ops.halt_stream(ops.lock_stream(p_stream_id, '{active}'));
END;
$$;

-- Name: process_payment(uuid, uuid, numeric, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.process_payment(p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_task_id uuid DEFAULT NULL::uuid) RETURNS public.transactions
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM workers AS w WHERE w.id = p_worker_id) THEN
        RAISE EXCEPTION 'no worker %', p_worker_id USING ERRCODE = 'GS001';
    END IF;
    RETURN ops.start_payout(p_worker_id, p_platform_id, p_amount, p_task_id);
END;
$$;

-- Name: queue_payouts(timestamp with time zone, numeric, numeric, interval, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.queue_payouts(p_as_of timestamp with time zone, p_minimum numeric, p_threshold numeric, p_max_age interval, p_limit integer, OUT queued integer, OUT amount numeric) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
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

-- Name: queue_settlements(text, bigint, ops.address, ops.address, integer, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.queue_settlements(p_rail text, p_chain_id bigint, p_signer ops.address, p_contract ops.address, p_batch integer, p_limit integer, OUT settlements integer, OUT payments integer, OUT amount numeric) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_batch integer := CASE p_rail WHEN 'circle' THEN 1 ELSE p_batch END;
    v_payouts uuid [];
BEGIN
    v_payouts := ARRAY(
        SELECT t.id
        FROM transactions AS t
        INNER JOIN workers AS w ON t.worker_id = w.id
        WHERE t.tx_type = 'payout' AND t.status = 'pending' AND coalesce(t.to_address, w.wallet_address) IS NOT NULL
            AND NOT EXISTS (SELECT FROM ops.settlement_payments AS p WHERE p.transaction_id = t.id)
        ORDER BY t.id
        LIMIT v_batch * p_limit
        FOR NO KEY UPDATE OF t SKIP LOCKED
    );
    -- Again, because who had them before may have put them into a settlement that was not to be seen yet.
    v_payouts := ARRAY(
        SELECT u.id FROM unnest(v_payouts) WITH ORDINALITY AS u (id, n)
        WHERE NOT EXISTS (SELECT FROM ops.settlement_payments AS p WHERE p.transaction_id = u.id)
        ORDER BY u.n
    );
    UPDATE transactions AS t
    SET to_address = w.wallet_address
    FROM workers AS w
    WHERE t.id = ANY(v_payouts) AND t.to_address IS NULL AND t.worker_id = w.id;

    WITH numbered AS (
        SELECT t.id, t.amount, t.to_address, (row_number() OVER (ORDER BY t.id) - 1) / v_batch AS batch
        FROM transactions AS t
        WHERE t.id = ANY(v_payouts)
    ),

    batches AS MATERIALIZED (
        SELECT n.batch, ops.uuid_v7() AS id, count(*) AS payments, sum(n.amount) AS amount
        FROM numbered AS n
        GROUP BY n.batch
    ),

    made AS (
        INSERT INTO ops.settlements (id, rail, chain_id, signer, contract, payments, amount, idempotency_key)
        SELECT
            b.id, p_rail, p_chain_id, p_signer, CASE p_rail WHEN 'web3' THEN p_contract END, b.payments, b.amount,
            CASE p_rail WHEN 'circle' THEN gen_random_uuid() END
        FROM batches AS b
        ORDER BY b.batch
    ),

    joined AS (
        INSERT INTO ops.settlement_payments (settlement_id, transaction_id, to_address, amount)
        SELECT b.id, n.id, n.to_address, n.amount
        FROM numbered AS n
        INNER JOIN batches AS b ON n.batch = b.batch
    )

    SELECT count(*), coalesce(sum(b.payments), 0), coalesce(sum(b.amount), 0)
    INTO queue_settlements.settlements, queue_settlements.payments, queue_settlements.amount
    FROM batches AS b;
END;
$$;

-- Name: loan_quotes; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.loan_quotes (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    worker_id uuid NOT NULL,
    platform_id uuid NOT NULL,
    mode text NOT NULL,
    amount ops.usdc NOT NULL,
    fee ops.usdc NOT NULL,
    limit_amount ops.usdc NOT NULL,
    risk_score integer,
    predicted_earnings ops.usdc,
    expires_at timestamp with time zone NOT NULL,
    loan_id uuid,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT loan_quotes_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT loan_quotes_check CHECK (((amount)::numeric <= (limit_amount)::numeric)),
    CONSTRAINT loan_quotes_check1 CHECK ((num_nonnulls(risk_score, predicted_earnings) =
CASE mode
    WHEN 'predictive'::text THEN 2
    ELSE 0
END)),
    CONSTRAINT loan_quotes_mode_check CHECK ((mode = ANY (ARRAY['earned'::text, 'predictive'::text]))),
    CONSTRAINT loan_quotes_risk_score_check CHECK (((risk_score >= 0) AND (risk_score <= 1000)))
);

-- Name: quote_advance(uuid, text, numeric, numeric); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.quote_advance(p_platform_id uuid, p_mode text, p_amount numeric, p_predicted numeric DEFAULT NULL::numeric) RETURNS ops.loan_quotes
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_worker_id uuid := ops.tenant();
    v_quote ops.loan_quotes;
    v_terms record;
BEGIN
    IF ops.tenant_kind() IS DISTINCT FROM 'worker' THEN
        RAISE EXCEPTION 'only a worker may do this' USING ERRCODE = 'GS003';
    END IF;
    v_terms := ops.admit_advance(v_worker_id, p_platform_id, p_mode, p_amount, p_predicted);

    DELETE FROM ops.loan_quotes AS q
    WHERE q.worker_id = v_worker_id AND q.loan_id IS NULL AND q.expires_at < clock_timestamp() - interval '1 day';
    INSERT INTO ops.loan_quotes (
        worker_id, platform_id, mode, amount, fee, limit_amount, risk_score, predicted_earnings, expires_at
    )
    VALUES (
        v_worker_id, p_platform_id, p_mode, p_amount, advance_fee(p_mode, p_amount, v_terms.risk_score),
        v_terms.limit_amount, v_terms.risk_score, CASE p_mode WHEN 'predictive' THEN p_predicted END,
        clock_timestamp() + interval '10 minutes'
    )
    RETURNING * INTO v_quote;

    PERFORM ops.audit('loan.quoted', 'loan_quote', v_quote.id);
    RETURN v_quote;
END;
$$;

-- Name: rate_task(uuid, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.rate_task(p_task_id uuid, p_rating integer) RETURNS public.tasks
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_task tasks := ops.lock_task(p_task_id);
    v_before integer := v_task.rating;
BEGIN
    IF v_task.status <> 'completed' THEN
        RAISE EXCEPTION 'the task is %, not completed', v_task.status USING ERRCODE = 'GS011';
    END IF;
    IF v_before = p_rating THEN
        RAISE EXCEPTION 'the task is rated % already', p_rating USING ERRCODE = 'GS011';
    END IF;
    IF v_before IS NOT NULL AND EXISTS (
        SELECT FROM reputation_events AS e
        INNER JOIN ops.appeals AS a ON e.id = a.event_id
        WHERE e.worker_id = v_task.worker_id
            AND e.event_type = 'rating_received'
            AND e.related_id = p_task_id
            AND a.status <> 'refused'
    ) THEN
        RAISE EXCEPTION 'an appeal against the rating is open, or was granted' USING ERRCODE = 'GS011';
    END IF;

    UPDATE tasks AS t SET rating = p_rating WHERE t.id = p_task_id
    RETURNING t.* INTO v_task;

    INSERT INTO reputation_events (worker_id, event_type, delta, reason, related_id)
    VALUES (
        v_task.worker_id, 'rating_received', (p_rating - coalesce(v_before, 3)) * 5,
        format('rated %s of 5', p_rating) || coalesce(', no longer ' || v_before, ''), p_task_id
    );
    PERFORM ops.audit('task.rated', 'task', p_task_id);
    RETURN v_task;
END;
$$;

-- Name: record_reconciliation(bigint, text, bigint, text, numeric, numeric, numeric, numeric, text[], jsonb); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.record_reconciliation(p_chain_id bigint, p_custody text, p_block bigint, p_block_hash text, p_chain_custody numeric, p_book_custody numeric, p_in_flight numeric, p_made_up numeric, p_unmatched text[], p_breaks jsonb) RETURNS TABLE(id uuid, opened integer, closed integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_id uuid;
    v_opened integer;
    v_closed integer;
BEGIN
    PERFORM FROM ops.chain_cursors AS c
    WHERE c.chain_id = p_chain_id AND c.custody = p_custody
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'custody % was never indexed', p_custody USING ERRCODE = 'GS001';
    END IF;
    IF EXISTS (
        SELECT FROM ops.reconciliations AS r
        WHERE r.chain_id = p_chain_id AND r.custody = p_custody AND r.block > p_block
    ) THEN
        RETURN;
    END IF;

    INSERT INTO ops.reconciliations AS r (
        chain_id, custody, block, block_hash, chain_custody, book_custody, in_flight, made_up, breaks, unmatched
    )
    VALUES (
        p_chain_id, p_custody, p_block, p_block_hash, p_chain_custody, p_book_custody, p_in_flight, p_made_up,
        jsonb_array_length(p_breaks), p_unmatched
    )
    RETURNING r.id INTO v_id;

    UPDATE ops.chain_breaks AS b
    SET closed_by = v_id
    WHERE b.chain_id = p_chain_id AND b.custody = p_custody AND b.closed_by IS NULL
        AND NOT EXISTS (
            SELECT FROM jsonb_to_recordset(p_breaks) AS f (
                kind text, subject text, chain_amount numeric, book_amount numeric
            )
            WHERE (f.kind, f.subject, f.chain_amount, f.book_amount)
                = (b.kind, b.subject, b.chain_amount, b.book_amount)
        );
    GET DIAGNOSTICS v_closed = ROW_COUNT;

    INSERT INTO ops.chain_breaks (found_by, chain_id, custody, kind, subject, tx_hash, chain_amount, book_amount)
    SELECT v_id, p_chain_id, p_custody, f.kind, f.subject, f.tx_hash, f.chain_amount, f.book_amount
    FROM jsonb_to_recordset(p_breaks) AS f (
        kind text, subject text, tx_hash text, chain_amount numeric, book_amount numeric
    )
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_opened = ROW_COUNT;
    RETURN QUERY SELECT v_id, v_opened, v_closed;
END;
$$;

-- Name: recover_webhook_endpoint(uuid, timestamp with time zone, boolean); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.recover_webhook_endpoint(p_endpoint_id uuid, p_since timestamp with time zone, p_all boolean) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_endpoint ops.webhook_endpoints := ops.lock_endpoint(p_endpoint_id);
    v_queued integer;
BEGIN
    IF v_endpoint.disabled_at IS NOT NULL THEN
        RAISE EXCEPTION 'the endpoint is disabled' USING ERRCODE = 'GS011';
    END IF;
    INSERT INTO ops.webhook_deliveries AS d (platform_id, endpoint_id, event_id)
    SELECT v_endpoint.platform_id, v_endpoint.id, o.id
    FROM ops.outbox AS o
    WHERE o.platform_id = v_endpoint.platform_id
        AND o.created_at >= p_since
        AND o.event <> 'webhook_endpoint.test'
        AND ops.is_wanted(v_endpoint.id, v_endpoint.event_types, o.event, o.object_type, o.object_id)
    ORDER BY o.id
    ON CONFLICT (event_id, endpoint_id) DO UPDATE
    SET status = 'pending', attempts = 0, next_attempt_at = clock_timestamp()
    WHERE d.status = 'failed' OR (p_all AND d.status = 'succeeded');
    GET DIAGNOSTICS v_queued = ROW_COUNT;
    PERFORM ops.audit(
        'webhook_endpoint.recovered', 'webhook_endpoint', p_endpoint_id,
        jsonb_build_object('since', p_since, 'all', p_all, 'queued', v_queued)
    );
    RETURN v_queued;
END;
$$;

-- Name: webhook_deliveries; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.webhook_deliveries (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    platform_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    event_id uuid NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone DEFAULT clock_timestamp(),
    leased_until timestamp with time zone,
    last_attempt_at timestamp with time zone,
    response_status integer,
    response_body text,
    latency_ms integer,
    error text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT webhook_deliveries_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT webhook_deliveries_check CHECK (((status = 'pending'::text) = (next_attempt_at IS NOT NULL))),
    CONSTRAINT webhook_deliveries_check1 CHECK (((status = 'pending'::text) OR (leased_until IS NULL))),
    CONSTRAINT webhook_deliveries_error_check CHECK ((length(error) <= 200)),
    CONSTRAINT webhook_deliveries_latency_ms_check CHECK ((latency_ms >= 0)),
    CONSTRAINT webhook_deliveries_response_body_check CHECK ((length(response_body) <= 1024)),
    CONSTRAINT webhook_deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text])))
)
WITH (fillfactor='80');

-- Name: redeliver_webhook(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.redeliver_webhook(p_delivery_id uuid) RETURNS ops.webhook_deliveries
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_delivery ops.webhook_deliveries;
    v_endpoint ops.webhook_endpoints;
BEGIN
    SELECT d.* INTO v_delivery FROM ops.webhook_deliveries AS d
    WHERE d.id = p_delivery_id AND d.platform_id = ops.require_platform();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no delivery %', p_delivery_id USING ERRCODE = 'GS001';
    END IF;
    v_endpoint := ops.lock_endpoint(v_delivery.endpoint_id);
    IF v_endpoint.disabled_at IS NOT NULL THEN
        RAISE EXCEPTION 'the endpoint is disabled' USING ERRCODE = 'GS011';
    END IF;

    UPDATE ops.webhook_deliveries AS d
    SET status = 'pending', attempts = 0, next_attempt_at = clock_timestamp(), leased_until = NULL
    WHERE d.id = p_delivery_id
    RETURNING d.* INTO v_delivery;
    PERFORM ops.audit('webhook.redelivered', 'webhook_delivery', p_delivery_id);
    RETURN v_delivery;
END;
$$;

-- Name: refresh_session(bytea, bytea); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.refresh_session(p_token_hash bytea, p_next_hash bytea) RETURNS TABLE(worker_id uuid, session_id uuid)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_token ops.refresh_tokens;
BEGIN
    SELECT t.* INTO v_token FROM ops.refresh_tokens AS t WHERE t.token_hash = p_token_hash FOR UPDATE;
    IF NOT FOUND OR v_token.revoked_at IS NOT NULL OR v_token.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'the session has ended; sign in again' USING ERRCODE = 'GS023';
    END IF;

    PERFORM ops.act_as(
        'worker', v_token.worker_id,
        current_setting('gigstream.ip', TRUE), current_setting('gigstream.user_agent', TRUE)
    );
    IF v_token.used_at IS NOT NULL THEN
        PERFORM ops.end_session(v_token.session_id);
        PERFORM ops.audit('session.reuse_detected', 'worker', v_token.worker_id);
        RETURN;
    END IF;

    UPDATE ops.refresh_tokens AS t SET used_at = clock_timestamp() WHERE t.id = v_token.id;
    INSERT INTO ops.refresh_tokens (session_id, worker_id, token_hash, expires_at, session_ends_at)
    VALUES (
        v_token.session_id, v_token.worker_id, p_next_hash,
        least(clock_timestamp() + interval '7 days', v_token.session_ends_at), v_token.session_ends_at
    );
    RETURN QUERY VALUES (v_token.worker_id, v_token.session_id);
END;
$$;

-- Name: register_platform(text, text, text, ops.wallet_proof, text, bytea, text[]); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.register_platform(p_name text, p_contact_email text, p_webhook_url text, p_wallet ops.wallet_proof, p_key_prefix text, p_key_hash bytea, p_scopes text[]) RETURNS TABLE(id uuid, name text, contact_email text, webhook_url text, wallet_address text, created_at timestamp with time zone, webhook_endpoint_id uuid)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_id uuid;
    v_endpoint_id uuid;
BEGIN
    IF (p_wallet).address IS NOT NULL AND NOT ops.use_wallet_proof(p_wallet, 'set_platform_wallet') THEN
        RAISE EXCEPTION 'was not asked for here, was used before or is too old'
            USING ERRCODE = 'GS042', COLUMN = 'wallet';
    END IF;
    INSERT INTO platforms AS p (name, contact_email, wallet_address)
    VALUES (p_name, p_contact_email, (p_wallet).address)
    ON CONFLICT DO NOTHING
    RETURNING p.id INTO v_id;
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM platforms AS p WHERE lower(p.contact_email) = lower(p_contact_email)) THEN
            RAISE EXCEPTION 'this e-mail address is registered already'
                USING ERRCODE = 'GS024', COLUMN = 'contact_email';
        END IF;
        RAISE EXCEPTION 'this wallet address belongs to somebody else'
            USING ERRCODE = 'GS013', COLUMN = 'wallet';
    END IF;

    INSERT INTO ops.api_keys (platform_id, prefix, key_hash, scopes) VALUES (v_id, p_key_prefix, p_key_hash, p_scopes);
    IF p_webhook_url IS NOT NULL THEN
        INSERT INTO ops.webhook_endpoints AS e (platform_id, url) VALUES (v_id, p_webhook_url)
        RETURNING e.id INTO v_endpoint_id;
    END IF;
    PERFORM ops.act_as(
        'platform', v_id, current_setting('gigstream.ip', TRUE), current_setting('gigstream.user_agent', TRUE)
    );
    PERFORM ops.audit('platform.registered', 'platform', v_id);
    -- The caller is still nobody: under nobody's name the request's idempotency row was taken.
    PERFORM ops.act_as(
        NULL, NULL, current_setting('gigstream.ip', TRUE), current_setting('gigstream.user_agent', TRUE)
    );
    RETURN QUERY
    SELECT p.id, p.name, p.contact_email, p.webhook_url, p.wallet_address::text, p.created_at, v_endpoint_id
    FROM platforms AS p
    WHERE p.id = v_id;
END;
$$;

-- Name: register_worker(text, text, text, ops.wallet_proof, bytea, bytea); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.register_worker(p_name text, p_email text, p_password_hash text, p_wallet ops.wallet_proof, p_invite_hash bytea, p_token_hash bytea) RETURNS TABLE(worker_id uuid, session_id uuid)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_worker_id uuid;
    v_session_id uuid;
BEGIN
    IF (p_wallet).address IS NOT NULL AND NOT ops.use_wallet_proof(p_wallet, 'set_wallet') THEN
        RAISE EXCEPTION 'was not asked for here, was used before or is too old'
            USING ERRCODE = 'GS042', COLUMN = 'wallet';
    END IF;
    INSERT INTO workers (name, email, password_hash, wallet_address, last_active_at)
    VALUES (p_name, p_email, p_password_hash, (p_wallet).address, clock_timestamp())
    ON CONFLICT DO NOTHING
    RETURNING id INTO v_worker_id;
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM workers WHERE lower(email) = lower(p_email)) THEN
            RAISE EXCEPTION 'this e-mail address is registered already' USING ERRCODE = 'GS024', COLUMN = 'email';
        END IF;
        RAISE EXCEPTION 'this wallet address belongs to somebody else'
            USING ERRCODE = 'GS013', COLUMN = 'wallet';
    END IF;

    v_session_id := ops.start_session(v_worker_id, p_token_hash);
    PERFORM ops.audit('worker.registered', 'worker', v_worker_id);
    PERFORM ops.accept_invite(v_worker_id, p_invite_hash);
    RETURN QUERY VALUES (v_worker_id, v_session_id);
END;
$$;

-- Name: release_batch(uuid[], timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.release_batch(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT failed integer, OUT amount numeric) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_failed uuid [] := '{}';
BEGIN
    IF p_streams = '{}' THEN
        released := 0;
        failed := 0;
        amount := 0;
        RETURN;
    END IF;

    BEGIN
        SELECT r.released, r.amount INTO released, amount FROM release_streams(p_streams, p_as_of) AS r;
    EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
        SELECT r.released, r.amount, r.failed INTO released, amount, v_failed FROM release_each(p_streams, p_as_of) AS r;
    END;
    failed := cardinality(v_failed);
    PERFORM ops.audit(
        'streams.released', 'stream', NULL,
        jsonb_build_object(
            'as_of', p_as_of, 'due', cardinality(p_streams), 'released', released, 'amount', amount::text,
            'failed', v_failed
        )
    );
END;
$$;

-- Name: release_due(timestamp with time zone, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.release_due(p_as_of timestamp with time zone, p_limit integer, OUT due integer, OUT released integer, OUT failed integer, OUT amount numeric) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_now timestamptz := least(p_as_of, clock_timestamp());
    v_streams uuid [];
BEGIN
    v_streams := ARRAY(
        SELECT s.id
        FROM ops.due_streams AS d
        INNER JOIN streams AS s ON d.stream_id = s.id
        -- The stream that is locked is asked again, as another tick may just have released it. By an expression: of two
        -- columns the planner would expect next to nothing to be both, and read all that is due for each batch.
        WHERE d.next_release_at <= v_now AND coalesce(s.next_release_at, 'infinity') <= v_now
        ORDER BY d.next_release_at
        LIMIT p_limit
        FOR NO KEY UPDATE OF s SKIP LOCKED
    );
    due := cardinality(v_streams);
    SELECT b.released, b.failed, b.amount INTO released, failed, amount FROM release_batch(v_streams, v_now) AS b;
END;
$$;

-- Name: release_each(uuid[], timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.release_each(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT amount numeric, OUT failed uuid[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_stream uuid;
    v_one record;
BEGIN
    released := 0;
    amount := 0;
    failed := '{}';
    FOREACH v_stream IN ARRAY p_streams LOOP
        BEGIN
            SELECT r.released, r.amount INTO v_one FROM release_streams(ARRAY[v_stream], p_as_of) AS r;
            released := released + v_one.released;
            amount := amount + v_one.amount;
        EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
            failed := failed || v_stream;
            UPDATE streams AS s SET next_release_at = p_as_of + interval '1 hour' WHERE s.id = v_stream;
        END;
    END LOOP;
END;
$$;

-- Name: release_shard(timestamp with time zone, uuid[], integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.release_shard(p_as_of timestamp with time zone, p_platforms uuid[], p_limit integer, OUT due integer, OUT released integer, OUT failed integer, OUT amount numeric) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_now timestamptz := least(p_as_of, clock_timestamp());
    v_streams uuid [];
BEGIN
    v_streams := ARRAY(
        SELECT s.id
        FROM ops.due_streams AS d
        INNER JOIN streams AS s ON d.stream_id = s.id
        -- Asked twice as in release_due.
        WHERE d.platform_id = ANY(p_platforms) AND d.next_release_at <= v_now
            AND coalesce(s.next_release_at, 'infinity') <= v_now
        ORDER BY d.platform_id, d.next_release_at
        LIMIT p_limit
        FOR NO KEY UPDATE OF s SKIP LOCKED
    );
    due := cardinality(v_streams);
    SELECT b.released, b.failed, b.amount INTO released, failed, amount FROM release_batch(v_streams, v_now) AS b;
END;
$$;

-- Name: release_shards(timestamp with time zone, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.release_shards(p_as_of timestamp with time zone, p_size integer) RETURNS TABLE(platforms uuid[], due integer)
    LANGUAGE sql STABLE
    AS $$
    WITH waiting AS (
        SELECT d.platform_id, count(*)::integer AS streams
        FROM ops.due_streams AS d
        WHERE d.next_release_at <= least(p_as_of, clock_timestamp())
        GROUP BY d.platform_id
    ),

    small AS (
        SELECT
            w.platform_id, w.streams,
            sum(greatest(w.streams, p_size / 100)) OVER (ORDER BY w.platform_id) / p_size AS shard
        FROM waiting AS w
        WHERE w.streams < p_size
    ),

    shards AS (
        SELECT array_agg(s.platform_id) AS platforms, sum(s.streams)::integer AS due, 0 AS share
        FROM small AS s
        GROUP BY s.shard
        UNION ALL
        SELECT ARRAY[w.platform_id], least(p_size, w.streams - n.share * p_size), n.share
        FROM waiting AS w
        CROSS JOIN generate_series(0, (w.streams - 1) / p_size) AS n (share)
        WHERE w.streams >= p_size
    )

    SELECT s.platforms, s.due FROM shards AS s ORDER BY s.share, s.platforms
$$;

-- Name: release_stream(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.release_stream(p_stream_id uuid) RETURNS public.streams
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_stream streams;
    v_amount numeric;
BEGIN
    SELECT s.* INTO v_stream
    FROM streams AS s
    INNER JOIN tasks AS t ON s.task_id = t.id
    WHERE s.id = p_stream_id AND ops.tenant() IN (s.platform_id, s.worker_id)
    FOR NO KEY UPDATE OF s FOR KEY SHARE OF t;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no stream %', p_stream_id USING ERRCODE = 'GS001';
    END IF;
    IF v_stream.status <> 'active' THEN
        RAISE EXCEPTION 'the stream is %, not active', v_stream.status USING ERRCODE = 'GS011';
    END IF;
    IF ops.tenant_kind() = 'worker' THEN
        PERFORM ops.once_a_minute('release:' || p_stream_id);
    END IF;

    IF v_stream.end_time > clock_timestamp() THEN -- at its end release_streams takes the counter, behind the task
        PERFORM ops.lock_events(p_stream_id);
    END IF;
    SELECT r.amount INTO v_amount FROM release_streams(ARRAY[p_stream_id], clock_timestamp()) AS r;
    SELECT s.* INTO v_stream FROM streams AS s WHERE s.id = p_stream_id;

    PERFORM ops.audit('stream.released', 'stream', p_stream_id);
    IF v_amount > 0 THEN
        PERFORM ops.emit(
            'stream.released', v_stream.platform_id, v_stream.worker_id, 'stream', p_stream_id,
            jsonb_build_object('amount', v_amount::text, 'released_amount', v_stream.released_amount::text)
        );
    END IF;
    RETURN v_stream;
END;
$$;

-- Name: release_streams(uuid[], timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.release_streams(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT amount numeric) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_as_of timestamptz := date_trunc('second', least(p_as_of, clock_timestamp()));
    v_paid uuid [];
    v_amounts numeric [];
    v_finished uuid [];
BEGIN
    WITH due AS (
        SELECT
            s.id,
            greatest(
                0,
                stream_accrued(s.total_amount, s.anchor_amount, s.anchor_time, s.end_time, v_as_of) - s.released_amount
            ) AS amount
        FROM streams AS s
        WHERE s.id = ANY(p_streams) AND s.status = 'active'
    ),

    moved AS (
        UPDATE streams AS s
        SET
            released_amount = s.released_amount + d.amount,
            release_seq = s.release_seq + (d.amount > 0)::integer,
            next_release_at = greatest(
                s.next_release_at, next_release(s.anchor_time, s.end_time, s.release_interval, v_as_of)
            )
        FROM due AS d
        WHERE s.id = d.id
        RETURNING s.id, s.task_id, s.status, d.amount
    )

    SELECT
        coalesce(array_agg(m.id) FILTER (WHERE m.amount > 0), '{}'),
        coalesce(array_agg(m.amount) FILTER (WHERE m.amount > 0), '{}'),
        coalesce(array_agg(m.task_id ORDER BY m.task_id) FILTER (WHERE m.status = 'completed'), '{}')
    INTO v_paid, v_amounts, v_finished
    FROM moved AS m;

    IF cardinality(v_finished) > 0 THEN
        UPDATE tasks AS t
        SET status = 'completed', paid_amount = s.released_amount, completed_at = v_as_of
        FROM streams AS s
        WHERE t.id = ANY(v_finished) AND s.task_id = t.id;
        PERFORM finish_tasks(v_finished);
        INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
        SELECT
            'stream.completed', s.platform_id, s.worker_id, 'stream', s.id,
            jsonb_build_object('released_amount', s.released_amount::text)
        FROM streams AS s
        WHERE s.task_id = ANY(v_finished)
        ORDER BY s.id;
    END IF;

    -- LEFT, so that an account that is not there fails the release instead of losing it.
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, stream_id, source_seq, event_at)
    SELECT held.id, pay.id, p.amount, 'release', s.id, s.release_seq, v_as_of
    FROM unnest(v_paid, v_amounts) AS p (id, amount)
    INNER JOIN streams AS s ON p.id = s.id
    LEFT JOIN ledger.accounts AS held
        ON s.platform_id = held.owner_id AND held.kind = 'platform_held' AND s.platform_id = held.platform_id
    LEFT JOIN ledger.accounts AS pay
        ON s.worker_id = pay.owner_id AND pay.kind = 'worker_available' AND s.platform_id = pay.platform_id;

    released := cardinality(v_paid);
    amount := coalesce((SELECT sum(a) FROM unnest(v_amounts) AS a), 0);
END;
$$;

-- Name: repay_advance(uuid, numeric, uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.repay_advance(p_loan_id uuid, p_amount numeric DEFAULT NULL::numeric, p_platform_id uuid DEFAULT NULL::uuid) RETURNS public.loans
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_loan loans;
    v_from uuid;
BEGIN
    SELECT l.* INTO v_loan FROM loans AS l
    WHERE l.id = p_loan_id AND l.worker_id = ops.tenant()
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no loan %', p_loan_id USING ERRCODE = 'GS001';
    END IF;
    IF v_loan.status NOT IN ('disbursed', 'repaying') THEN
        RAISE EXCEPTION 'the loan is %, not disbursed or repaying', v_loan.status USING ERRCODE = 'GS011';
    END IF;

    SELECT a.id INTO v_from FROM ledger.accounts AS a
    WHERE a.owner_id = v_loan.worker_id AND a.kind = 'worker_available'
        AND a.platform_id = coalesce(p_platform_id, v_loan.platform_id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'you have no money with this platform' USING ERRCODE = 'GS001', COLUMN = 'platform_id';
    END IF;
    PERFORM ops.audit('loan.repayment', 'loan', p_loan_id);
    PERFORM ledger.repay(
        ARRAY[p_loan_id], ARRAY[least(p_amount, v_loan.total_due - v_loan.amount_repaid)], ARRAY[v_from]
    );
    SELECT l.* INTO v_loan FROM loans AS l WHERE l.id = p_loan_id;
    RETURN v_loan;
END;
$$;

-- Name: request_payout(uuid, uuid, numeric, numeric); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.request_payout(p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_minimum numeric) RETURNS public.transactions
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF (p_worker_id = ops.tenant() AND ops.tenant_kind() = 'worker') IS NOT TRUE THEN
        RAISE EXCEPTION 'no worker %', p_worker_id USING ERRCODE = 'GS001';
    END IF;
    IF NOT EXISTS (
        SELECT FROM ledger.accounts AS a
        WHERE a.owner_id = p_worker_id AND a.kind = 'worker_available' AND a.platform_id = p_platform_id
    ) THEN
        RAISE EXCEPTION 'you have no money with this platform' USING ERRCODE = 'GS001', COLUMN = 'platform_id';
    END IF;
    IF p_amount < p_minimum THEN
        RAISE EXCEPTION 'must be at least % USDC, or left out for all there is', p_minimum
            USING ERRCODE = 'GS015', COLUMN = 'amount';
    END IF;
    PERFORM ops.require_wallet(p_worker_id);
    RETURN ops.start_payout(p_worker_id, p_platform_id, p_amount);
END;
$$;

-- Name: reserve_settlement(uuid, bigint); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.reserve_settlement(p_id uuid, p_chain_nonce bigint DEFAULT NULL::bigint) RETURNS ops.settlements
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_settlement ops.settlements;
    v_signer ops.signers;
BEGIN
    -- Who has not been given a signer yet goes to the one that was opened last.
    SELECT g.* INTO v_signer
    FROM ops.settlements AS s
    INNER JOIN ops.signers AS g
        ON s.chain_id = g.chain_id AND s.contract = g.contract AND coalesce(s.signer, g.address) = g.address
    WHERE s.id = p_id
    ORDER BY g.opened_at DESC
    LIMIT 1
    FOR NO KEY UPDATE OF g;
    v_settlement := ops.lock_settlement(p_id);
    IF v_settlement.state <> 'queued' THEN
        RAISE EXCEPTION 'the settlement is %, not queued', v_settlement.state USING ERRCODE = 'GS011';
    END IF;

    IF v_settlement.rail = 'web3' THEN
        IF v_signer.address IS NULL THEN
            RAISE EXCEPTION 'no signer was opened for the settlement' USING ERRCODE = 'GS011';
        END IF;
        IF v_signer.paused_at IS NOT NULL THEN
            RAISE EXCEPTION 'the signer is paused: %', v_signer.paused_reason USING ERRCODE = 'GS090';
        END IF;
        IF p_chain_nonce > v_signer.next_nonce THEN
            PERFORM ops.pause_signer(
                v_signer.chain_id, v_signer.address,
                format('the chain''s nonce is %s, past ours, %s', p_chain_nonce, v_signer.next_nonce)
            );
            RETURN v_settlement;
        END IF;
        IF (
            SELECT count(*) FROM ops.settlements AS s
            WHERE s.rail = 'web3' AND s.chain_id = v_signer.chain_id AND s.signer = v_signer.address
                AND s.state IN ('reserved', 'signed', 'broadcast', 'conflict')
        ) >= 16 THEN
            RAISE EXCEPTION 'sixteen settlements are on their way' USING ERRCODE = 'GS091';
        END IF;
        UPDATE ops.signers AS g
        SET next_nonce = g.next_nonce + 1, next_payment_no = g.next_payment_no + v_settlement.payments
        WHERE g.chain_id = v_signer.chain_id AND g.address = v_signer.address;
    END IF;

    UPDATE ops.settlements AS s
    SET
        state = 'reserved',
        signer = coalesce(v_signer.address, s.signer),
        nonce = v_signer.next_nonce,
        first_payment_no = v_signer.next_payment_no
    WHERE s.id = p_id
    RETURNING s.* INTO v_settlement;
    PERFORM ops.number_payments(v_settlement);
    RETURN v_settlement;
END;
$$;

-- Name: resolve_dispute(uuid, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.resolve_dispute(p_task_id uuid, p_to_worker integer, OUT id uuid, OUT status text, OUT paid numeric, OUT refunded numeric) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_stream streams;
    v_task tasks;
    v_share numeric;
BEGIN
    IF p_to_worker NOT BETWEEN 0 AND 10000 THEN
        RAISE EXCEPTION 'the share must lie between 0 and 10000 basis points'
            USING ERRCODE = 'GS015', COLUMN = 'to_worker';
    END IF;
    SELECT s.* INTO v_stream FROM streams AS s WHERE s.task_id = p_task_id FOR NO KEY UPDATE;
    SELECT t.* INTO v_task FROM tasks AS t WHERE t.id = p_task_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no task %', p_task_id USING ERRCODE = 'GS001';
    END IF;
    IF v_task.status <> 'disputed' THEN
        RAISE EXCEPTION 'the task is %, not disputed', v_task.status USING ERRCODE = 'GS011';
    END IF;

    refunded := coalesce(v_stream.remaining_amount, v_task.amount);
    v_share := 0.000001 * div(refunded * 1000000 * p_to_worker, 10000);
    refunded := refunded - v_share;
    id := p_task_id;
    paid := v_task.amount - refunded;
    status := CASE WHEN refunded = 0 THEN 'completed' ELSE 'cancelled' END;

    UPDATE streams AS s
    SET
        status = resolve_dispute.status,
        released_amount = s.released_amount + v_share,
        release_seq = s.release_seq + (v_share > 0)::integer,
        next_release_at = NULL,
        paused_at = NULL,
        cancelled_at = CASE WHEN refunded > 0 THEN clock_timestamp() END
    WHERE s.id = v_stream.id;
    UPDATE tasks AS t
    SET
        status = resolve_dispute.status,
        paid_amount = paid,
        completed_at = CASE WHEN refunded = 0 THEN clock_timestamp() END,
        cancelled_at = CASE WHEN refunded > 0 THEN clock_timestamp() END
    WHERE t.id = p_task_id;

    UPDATE ops.disputes AS d SET to_worker = p_to_worker, resolved_at = clock_timestamp() WHERE d.task_id = p_task_id;

    INSERT INTO reputation_events (worker_id, event_type, delta, reason, related_id)
    VALUES (
        v_task.worker_id, 'dispute_resolved', -div(20 * (10000 - p_to_worker), 10000),
        format('got %s %% of what was disputed', round(p_to_worker / 100.0, 2)), p_task_id
    );
    IF status = 'completed' THEN
        PERFORM finish_tasks(ARRAY[p_task_id]);
    END IF;
    PERFORM ops.audit('task.resolved', 'task', p_task_id, jsonb_build_object('to_worker', p_to_worker));
    PERFORM ops.emit(
        'task.resolved', v_task.platform_id, v_task.worker_id, 'task', p_task_id,
        jsonb_build_object(
            'to_worker', p_to_worker, 'status', status,
            'paid_amount', paid::text, 'refunded_amount', refunded::text
        )
    );
    IF v_stream.id IS NOT NULL THEN
        PERFORM ops.emit(
            'stream.' || status, v_task.platform_id, v_task.worker_id, 'stream', v_stream.id,
            jsonb_build_object('released_amount', paid::text, 'refunded_amount', refunded::text)
        );
    END IF;

    INSERT INTO ledger.transfers (
        debit_account, credit_account, amount, reason, task_id, stream_id, source_seq, event_at
    )
    SELECT
        ledger.account('platform_held', v_task.platform_id, v_task.platform_id), m.account, m.amount, m.reason,
        CASE WHEN v_stream.id IS NULL THEN p_task_id END, v_stream.id, m.seq, clock_timestamp()
    FROM (
        VALUES
        (
            ledger.account('platform_available', v_task.platform_id, v_task.platform_id), refunded, 'refund', 0
        ),
        (
            ledger.account('worker_available', v_task.worker_id, v_task.platform_id), v_share,
            CASE WHEN v_stream.id IS NULL THEN 'pay' ELSE 'release' END, coalesce(v_stream.release_seq + 1, 0)
        )
    ) AS m (account, amount, reason, seq)
    WHERE m.amount > 0;
END;
$$;

-- Name: resume_signer(bigint, ops.address, bigint); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.resume_signer(p_chain_id bigint, p_address ops.address, p_chain_nonce bigint) RETURNS ops.signers
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_signer ops.signers;
    v_conflicts bigint;
    v_wanted bigint;
BEGIN
    SELECT s.* INTO v_signer FROM ops.signers AS s
    WHERE s.chain_id = p_chain_id AND s.address = p_address
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no signer % on chain %', p_address, p_chain_id USING ERRCODE = 'GS001';
    END IF;
    IF v_signer.paused_at IS NULL THEN
        RAISE EXCEPTION 'the signer is not paused' USING ERRCODE = 'GS011';
    END IF;
    SELECT count(*) FILTER (WHERE s.state = 'conflict'), coalesce(min(s.nonce), v_signer.next_nonce)
    INTO v_conflicts, v_wanted
    FROM ops.settlements AS s
    WHERE s.rail = 'web3' AND s.chain_id = p_chain_id AND s.signer = p_address
        AND s.state IN ('reserved', 'signed', 'broadcast', 'conflict');
    IF v_conflicts > 0 THEN
        RAISE EXCEPTION 'settlements in conflict: %', v_conflicts USING ERRCODE = 'GS011';
    END IF;
    IF p_chain_nonce < v_wanted THEN
        RAISE EXCEPTION 'the chain''s nonce is %, below %: what came before is not there', p_chain_nonce, v_wanted
            USING ERRCODE = 'GS011';
    END IF;

    UPDATE ops.signers AS s
    SET
        paused_at = NULL,
        paused_reason = NULL,
        skipped_nonces = s.skipped_nonces + greatest(0, p_chain_nonce - s.next_nonce),
        next_nonce = greatest(s.next_nonce, p_chain_nonce)
    WHERE s.chain_id = p_chain_id AND s.address = p_address
    RETURNING s.* INTO v_signer;
    PERFORM ops.audit(
        'signer.resumed', 'signer', NULL,
        jsonb_build_object('chain_id', p_chain_id, 'address', p_address, 'next_nonce', v_signer.next_nonce)
    );
    RETURN v_signer;
END;
$$;

-- Name: resume_stream(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.resume_stream(p_stream_id uuid) RETURNS public.streams
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_stream streams := ops.lock_stream(p_stream_id, '{paused}');
    v_anchor timestamptz := greatest(date_trunc('second', clock_timestamp()), v_stream.anchor_time);
    v_end timestamptz := v_stream.end_time + (v_anchor - greatest(v_stream.paused_at, v_stream.anchor_time));
BEGIN
    UPDATE streams AS s
    SET
        status = 'active',
        paused_at = NULL,
        end_time = v_end,
        anchor_time = v_anchor,
        anchor_amount = s.released_amount,
        next_release_at = next_release(v_anchor, v_end, s.release_interval, v_anchor)
    WHERE s.id = p_stream_id
    RETURNING s.* INTO v_stream;

    PERFORM ops.audit('stream.resumed', 'stream', p_stream_id);
    PERFORM ops.emit(
        'stream.resumed', v_stream.platform_id, v_stream.worker_id, 'stream', p_stream_id,
        jsonb_build_object('end_time', ops.rfc3339(v_end))
    );
    RETURN v_stream;
END;
$$;

-- Name: retry_payment(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.retry_payment(p_transaction_id uuid) RETURNS public.transactions
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_failed transactions;
    v_transaction transactions;
BEGIN
    SELECT t.* INTO v_failed
    FROM transactions AS t
    WHERE t.id = p_transaction_id AND t.platform_id = v_platform_id AND t.tx_type IN ('payout', 'refund')
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no transaction %', p_transaction_id USING ERRCODE = 'GS001';
    END IF;
    IF v_failed.tx_type <> 'payout' OR v_failed.status <> 'failed' THEN
        RAISE EXCEPTION 'only a payout that failed is tried again; this % is %', v_failed.tx_type, v_failed.status
            USING ERRCODE = 'GS011';
    END IF;
    IF EXISTS (SELECT FROM ops.payout_retries AS r WHERE r.retry_of = p_transaction_id) THEN
        RAISE EXCEPTION 'the payout was tried again already' USING ERRCODE = 'GS092';
    END IF;
    PERFORM ops.require_wallet(v_failed.worker_id);

    v_transaction := ops.start_payout(v_failed.worker_id, v_platform_id, v_failed.amount, v_failed.task_id);
    INSERT INTO ops.payout_retries (retry_of, transaction_id) VALUES (p_transaction_id, v_transaction.id);
    RETURN v_transaction;
END;
$$;

-- Name: revert_settlement(uuid, text, bigint, text, bigint, numeric, text); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.revert_settlement(p_id uuid, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric, p_error text) RETURNS ops.settlements
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.state = 'final_reverted' AND v_settlement.tx_hash IS NOT DISTINCT FROM p_tx_hash THEN
        RETURN v_settlement;
    END IF;
    PERFORM ops.require_attempt(v_settlement, p_tx_hash);
    RETURN ops.end_settlement(
        v_settlement, p_tx_hash, p_block_number, p_block_hash, p_gas_used, p_gas_price, '{}',
        coalesce(p_error, 'reverted'), FALSE
    );
END;
$$;

-- Name: revoke_api_key(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.revoke_api_key(p_key_id uuid) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_platform_id CONSTANT uuid := ops.require_platform();
    v_key record;
    v_lost text;
BEGIN
    PERFORM FROM ops.api_keys AS k
    WHERE k.platform_id = v_platform_id
        AND k.revoked_at IS NULL
        AND (k.id = p_key_id OR 'keys:write' = ANY(k.scopes))
    ORDER BY k.id
    FOR NO KEY UPDATE;

    SELECT
        k.revoked_at, k.scopes,
        'keys:write' = ANY(k.scopes) AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp()) AS makes_others
    INTO v_key
    FROM ops.api_keys AS k
    WHERE k.id = p_key_id AND k.platform_id = v_platform_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no API key %', p_key_id USING ERRCODE = 'GS001';
    ELSIF v_key.revoked_at IS NOT NULL THEN
        RETURN;
    END IF;

    v_lost := (
        SELECT string_agg(s.scope, ', ') FROM unnest(v_key.scopes) AS s (scope)
        WHERE NOT EXISTS (
            SELECT FROM ops.api_keys AS k
            WHERE k.platform_id = v_platform_id
                AND k.id <> p_key_id
                AND k.scopes @> ARRAY['keys:write', s.scope]
                AND k.revoked_at IS NULL
                AND k.replaced_by IS NULL
                AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp() + interval '7 days')
        )
    );
    IF v_key.makes_others AND v_lost IS NOT NULL THEN
        RAISE EXCEPTION 'no other key that can hand on % would be left for longer than seven days: make one first', v_lost
            USING ERRCODE = 'GS041';
    END IF;

    UPDATE ops.api_keys AS k SET revoked_at = clock_timestamp() WHERE k.id = p_key_id;
    PERFORM ops.audit('api_key.revoked', 'api_key', p_key_id);
END;
$$;

-- Name: rotate_api_key(uuid, interval, text, bytea); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.rotate_api_key(p_key_id uuid, p_overlap interval, p_prefix text, p_key_hash bytea) RETURNS TABLE(id uuid, prefix text, name text, scopes text[], expires_at timestamp with time zone, created_at timestamp with time zone)
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_platform_id CONSTANT uuid := ops.require_platform();
    v_id CONSTANT uuid := ops.uuid_v7();
    v_old record;
    v_now timestamptz;
BEGIN
    SELECT k.name, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.replaced_by INTO v_old
    FROM ops.api_keys AS k
    WHERE k.id = p_key_id AND k.platform_id = v_platform_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no API key %', p_key_id USING ERRCODE = 'GS001';
    END IF;
    v_now := clock_timestamp();
    IF v_old.replaced_by IS NOT NULL THEN
        RAISE EXCEPTION 'the key was replaced before, by %', v_old.replaced_by USING ERRCODE = 'GS011';
    ELSIF v_old.revoked_at IS NOT NULL OR v_old.expires_at <= v_now THEN
        RAISE EXCEPTION 'the key was revoked or has expired; make a new one' USING ERRCODE = 'GS011';
    END IF;
    PERFORM ops.hand_on_scopes(v_old.scopes);

    PERFORM ops.audit('api_key.rotated', 'api_key', p_key_id, jsonb_build_object('replaced_by', v_id));
    RETURN QUERY
    INSERT INTO ops.api_keys AS k (id, platform_id, name, scopes, expires_at, prefix, key_hash)
    VALUES (
        v_id, v_platform_id, v_old.name, v_old.scopes, v_now + (v_old.expires_at - v_old.created_at), p_prefix,
        p_key_hash
    )
    RETURNING k.id, k.prefix, k.name, k.scopes, k.expires_at, k.created_at;
    UPDATE ops.api_keys AS k
    SET replaced_by = v_id, expires_at = least(k.expires_at, v_now + p_overlap)
    WHERE k.id = p_key_id;
END;
$$;

-- Name: rotate_inbound_secret(); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.rotate_inbound_secret() RETURNS uuid
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_id uuid;
BEGIN
    UPDATE ops.inbound_secrets AS s SET expires_at = clock_timestamp() + interval '24 hours'
    WHERE s.platform_id = v_platform_id AND s.expires_at IS NULL;
    INSERT INTO ops.inbound_secrets (platform_id) VALUES (v_platform_id) RETURNING id INTO v_id;
    PERFORM ops.audit('inbound_secret.rotated', 'inbound_secret', v_id);
    RETURN v_id;
END;
$$;

-- Name: rotate_webhook_secret(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.rotate_webhook_secret(p_endpoint_id uuid) RETURNS ops.webhook_endpoints
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_endpoint ops.webhook_endpoints := ops.lock_endpoint(p_endpoint_id);
BEGIN
    UPDATE ops.webhook_endpoints AS e
    SET secret_version = e.secret_version + 1, secret_rotated_at = clock_timestamp()
    WHERE e.id = p_endpoint_id
    RETURNING e.* INTO v_endpoint;
    PERFORM ops.audit('webhook_endpoint.secret_rotated', 'webhook_endpoint', p_endpoint_id);
    RETURN v_endpoint;
END;
$$;

-- Name: advance_terms; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.advance_terms (
    platform_id uuid NOT NULL,
    enabled boolean NOT NULL,
    share_percent smallint DEFAULT 50 NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT advance_terms_share_percent_check CHECK (((share_percent >= 50) AND (share_percent <= 80)))
);

-- Name: set_advance_terms(boolean, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.set_advance_terms(p_enabled boolean DEFAULT NULL::boolean, p_share_percent integer DEFAULT NULL::integer) RETURNS ops.advance_terms
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_terms ops.advance_terms;
BEGIN
    INSERT INTO ops.advance_terms AS t (platform_id, enabled, share_percent)
    VALUES (ops.require_platform(), coalesce(p_enabled, FALSE), coalesce(p_share_percent, 50))
    ON CONFLICT (platform_id) DO UPDATE
    SET
        enabled = coalesce(p_enabled, t.enabled),
        share_percent = coalesce(p_share_percent, t.share_percent),
        updated_at = clock_timestamp()
    RETURNING t.* INTO v_terms;

    PERFORM ops.audit('platform.advance_terms', 'platform', v_terms.platform_id);
    RETURN v_terms;
END;
$$;

-- Name: set_platform_active(uuid, boolean); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.set_platform_active(p_platform_id uuid, p_is_active boolean, OUT id uuid, OUT name text, OUT is_active boolean) RETURNS record
    LANGUAGE plpgsql
    AS $$
BEGIN
    SELECT p.id, p.name, p.is_active INTO id, name, is_active
    FROM platforms AS p WHERE p.id = p_platform_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no platform %', p_platform_id USING ERRCODE = 'GS001';
    END IF;
    IF is_active = p_is_active THEN
        RAISE EXCEPTION 'the platform is % already', CASE WHEN is_active THEN 'active' ELSE 'deactivated' END
            USING ERRCODE = 'GS011';
    END IF;

    UPDATE platforms AS p SET is_active = p_is_active WHERE p.id = p_platform_id;
    is_active := p_is_active;
    PERFORM ops.audit(
        CASE WHEN is_active THEN 'platform.activated' ELSE 'platform.deactivated' END, 'platform', p_platform_id
    );
END;
$$;

-- Name: sign_in(text, uuid, bytea, bytea); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.sign_in(p_email text, p_worker_id uuid, p_invite_hash bytea, p_token_hash bytea) RETURNS TABLE(worker_id uuid, session_id uuid, locked_seconds integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_failures integer;
BEGIN
    -- Also when there are none there is a row from here on, so that whoever guesses at the same time waits for it.
    INSERT INTO ops.sign_in_failures AS f (address_hash, failures, last_failed_at)
    VALUES (ops.email_hash(p_email), 0, clock_timestamp())
    ON CONFLICT (address_hash) DO UPDATE
    SET failures = CASE WHEN f.last_failed_at > clock_timestamp() - interval '15 minutes' THEN f.failures ELSE 0 END;
    locked_seconds := ops.sign_in_lock(p_email);
    IF locked_seconds IS NOT NULL THEN
        RETURN NEXT;
        RETURN;
    END IF;

    IF p_worker_id IS NULL THEN
        UPDATE ops.sign_in_failures AS f
        SET failures = f.failures + 1, last_failed_at = clock_timestamp()
        WHERE f.address_hash = ops.email_hash(p_email)
        RETURNING f.failures INTO v_failures;
        IF v_failures = 5 THEN
            PERFORM ops.audit(
                'sign_in.locked', 'worker', (SELECT w.id FROM workers AS w WHERE lower(w.email) = lower(p_email))
            );
        END IF;
        RETURN NEXT;
        RETURN;
    END IF;

    session_id := ops.start_session(p_worker_id, p_token_hash);
    UPDATE workers AS w SET last_active_at = greatest(w.last_active_at, clock_timestamp())
    WHERE w.id = p_worker_id AND w.password_hash <> '';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no such worker any more' USING ERRCODE = 'GS002';
    END IF;
    DELETE FROM ops.sign_in_failures AS f WHERE f.address_hash = ops.email_hash(p_email);
    PERFORM ops.audit('worker.signed_in', 'worker', p_worker_id);
    PERFORM ops.accept_invite(p_worker_id, p_invite_hash);
    worker_id := p_worker_id;
    RETURN NEXT;
END;
$$;

-- Name: sign_out(); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.sign_out() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM ops.end_session(current_setting('gigstream.session')::uuid);
    PERFORM ops.audit('worker.signed_out', 'worker', ops.tenant());
END;
$$;

-- Name: start_task(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.start_task(p_task_id uuid) RETURNS public.tasks
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_task tasks := ops.lock_task(p_task_id);
BEGIN
    IF v_task.status <> 'pending' THEN
        RAISE EXCEPTION 'the task is %, not pending', v_task.status USING ERRCODE = 'GS011';
    END IF;
    IF v_task.task_type = 'streaming' THEN
        RAISE EXCEPTION 'a streaming task starts with its stream' USING ERRCODE = 'GS011';
    END IF;

    UPDATE tasks AS t SET status = 'active', started_at = clock_timestamp() WHERE t.id = p_task_id
    RETURNING t.* INTO v_task;

    PERFORM ops.audit('task.started', 'task', p_task_id);
    PERFORM ops.emit('task.started', v_task.platform_id, v_task.worker_id, 'task', p_task_id, '{}');
    IF NOT EXISTS (SELECT FROM ledger.transfers AS x WHERE x.task_id = p_task_id AND x.reason = 'hold') THEN
        PERFORM ledger.hold(v_task, v_task.amount);
    END IF;
    RETURN v_task;
END;
$$;

-- Name: store_attempt(uuid, text, bytea, bigint, numeric, numeric); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.store_attempt(p_id uuid, p_tx_hash text, p_raw bytea, p_gas bigint, p_max_fee numeric, p_priority numeric) RETURNS ops.settlements
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF EXISTS (
        SELECT FROM ops.settlement_attempts AS a
        WHERE a.settlement_id = p_id AND a.tx_hash = p_tx_hash AND a.raw = p_raw
    ) THEN
        RETURN v_settlement;
    END IF;
    IF v_settlement.rail <> 'web3' OR v_settlement.state NOT IN ('reserved', 'signed', 'broadcast') THEN
        RAISE EXCEPTION 'the settlement is %, not reserved, signed or broadcast', v_settlement.state
            USING ERRCODE = 'GS011';
    END IF;

    INSERT INTO ops.settlement_attempts (
        settlement_id, number, tx_hash, raw, gas, max_fee_per_gas, max_priority_fee_per_gas
    )
    VALUES (
        p_id,
        (SELECT count(*) + 1 FROM ops.settlement_attempts AS a WHERE a.settlement_id = p_id),
        p_tx_hash, p_raw, p_gas, p_max_fee, p_priority
    )
    ON CONFLICT (tx_hash) DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the hash is another attempt''s' USING ERRCODE = 'GS094';
    END IF;
    UPDATE ops.settlements AS s SET state = 'signed' WHERE s.id = p_id AND s.state = 'reserved';
    RETURN ops.lock_settlement(p_id);
END;
$$;

-- Name: store_circle_notification(uuid, text, text, uuid, text, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.store_circle_notification(p_id uuid, p_type text, p_circle_tx_id text, p_reference uuid, p_state text, p_sent_at timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO ops.circle_notifications (id, notification_type, circle_tx_id, state, sent_at)
    VALUES (p_id, p_type, p_circle_tx_id, p_state, p_sent_at)
    ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;

    UPDATE ops.circle_polls AS c
    SET due_at = clock_timestamp()
    WHERE c.settlement_id IN (
        p_reference, (SELECT s.id FROM ops.settlements AS s WHERE s.circle_tx_id = p_circle_tx_id)
    );
    RETURN TRUE;
END;
$$;

-- Name: stream_accrued(numeric, numeric, timestamp with time zone, timestamp with time zone, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.stream_accrued(p_total numeric, p_anchor_amount numeric, p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_at timestamp with time zone) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (p_anchor_amount + (0.000001 * div((((p_total - p_anchor_amount) * (1000000)::numeric) * GREATEST((0)::numeric, floor(EXTRACT(epoch FROM (LEAST(p_at, p_end_time) - p_anchor_time))))), EXTRACT(epoch FROM (p_end_time - p_anchor_time)))));

-- Name: test_webhook_endpoint(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.test_webhook_endpoint(p_endpoint_id uuid) RETURNS ops.webhook_deliveries
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_endpoint ops.webhook_endpoints := ops.lock_endpoint(p_endpoint_id);
    v_delivery ops.webhook_deliveries;
    v_event_id uuid := ops.uuid_v7();
BEGIN
    IF v_endpoint.disabled_at IS NOT NULL THEN
        RAISE EXCEPTION 'the endpoint is disabled' USING ERRCODE = 'GS011';
    END IF;
    INSERT INTO ops.outbox (id, event, platform_id, object_type, object_id, payload)
    VALUES (
        v_event_id, 'webhook_endpoint.test', v_endpoint.platform_id, 'webhook_endpoint', p_endpoint_id,
        jsonb_build_object('url', v_endpoint.url)
    );
    SELECT d.* INTO v_delivery FROM ops.webhook_deliveries AS d
    WHERE d.event_id = v_event_id AND d.endpoint_id = p_endpoint_id;
    RETURN v_delivery;
END;
$$;

-- Name: top_up_stream(uuid, numeric, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.top_up_stream(p_stream_id uuid, p_amount numeric, p_end_time timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS public.streams
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_stream streams := ops.lock_stream(p_stream_id, '{active, paused}');
    v_now timestamptz := date_trunc('second', least(clock_timestamp(), v_stream.end_time - interval '1 second'));
    v_anchor timestamptz := greatest(coalesce(v_stream.paused_at, v_now), v_stream.anchor_time);
    v_end timestamptz := date_trunc('second', coalesce(p_end_time, v_stream.end_time));
    v_task tasks;
BEGIN
    IF v_end <= greatest(v_anchor, v_now) AND (p_end_time IS NOT NULL OR v_stream.status = 'active') THEN
        RAISE EXCEPTION 'end_time must lie ahead' USING ERRCODE = 'GS015', COLUMN = 'end_time';
    END IF;
    IF p_end_time > greatest(clock_timestamp(), v_stream.start_time) + interval '1 year' THEN
        RAISE EXCEPTION 'end_time must lie within a year' USING ERRCODE = 'GS015', COLUMN = 'end_time';
    END IF;

    UPDATE tasks AS t SET amount = t.amount + p_amount WHERE t.id = v_stream.task_id RETURNING t.* INTO v_task;
    PERFORM ops.lock_events(p_stream_id);
    PERFORM ledger.lock_advance(v_stream.worker_id);
    -- The hold before the release: a platform's accounts are older than its workers', and accounts are locked in id
    -- order.
    PERFORM ledger.hold(
        v_task, p_amount, p_stream_id,
        (SELECT count(*)::integer FROM ledger.transfers AS x WHERE x.stream_id = p_stream_id AND x.reason = 'hold')
    );
    PERFORM release_streams(ARRAY[p_stream_id], v_now);

    UPDATE streams AS s
    SET
        total_amount = s.total_amount + p_amount,
        end_time = v_end,
        anchor_time = v_anchor,
        anchor_amount = s.released_amount,
        next_release_at = CASE
            WHEN s.status = 'active' THEN next_release(v_anchor, v_end, s.release_interval, v_anchor)
        END
    WHERE s.id = p_stream_id
    RETURNING s.* INTO v_stream;

    PERFORM ops.audit('stream.topped_up', 'stream', p_stream_id);
    PERFORM ops.emit(
        'stream.topped_up', v_stream.platform_id, v_stream.worker_id, 'stream', p_stream_id,
        jsonb_build_object('amount', p_amount::ops.usdc::text, 'total_amount', v_stream.total_amount::text)
    );
    RETURN v_stream;
END;
$$;

-- Name: update_account_ages(timestamp with time zone, uuid, integer); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.update_account_ages(p_as_of timestamp with time zone, p_after uuid, p_limit integer, OUT last_id uuid, OUT seen integer, OUT changed integer) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_today date := (least(p_as_of, clock_timestamp()) AT TIME ZONE 'UTC')::date;
    v_workers uuid [] := ARRAY(
        SELECT w.id FROM workers AS w WHERE w.id > p_after ORDER BY w.id LIMIT p_limit
    );
BEGIN
    seen := cardinality(v_workers);
    last_id := coalesce(v_workers[seen], p_after);

    UPDATE workers AS w
    SET account_age_days = greatest(0, v_today - (w.created_at AT TIME ZONE 'UTC')::date)
    WHERE w.id = ANY(v_workers)
        AND w.account_age_days <> greatest(0, v_today - (w.created_at AT TIME ZONE 'UTC')::date);
    GET DIAGNOSTICS changed = ROW_COUNT;
END;
$$;

-- Name: platforms; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.platforms (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    name text NOT NULL,
    api_key text,
    api_key_hash bytea,
    webhook_url text,
    webhook_secret bytea,
    contact_email text NOT NULL,
    wallet_address ops.address,
    total_payouts ops.usdc DEFAULT 0 NOT NULL,
    total_tasks integer DEFAULT 0 NOT NULL,
    active_workers integer DEFAULT 0 NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT platforms_active_workers_check CHECK ((active_workers >= 0)),
    CONSTRAINT platforms_contact_email_check CHECK (((length(contact_email) >= 3) AND (length(contact_email) <= 320))),
    CONSTRAINT platforms_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT platforms_total_tasks_check CHECK ((total_tasks >= 0))
)
WITH (fillfactor='80');

-- Name: update_platform(text, text, ops.wallet_proof, numeric); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.update_platform(p_name text DEFAULT NULL::text, p_contact_email text DEFAULT NULL::text, p_wallet ops.wallet_proof DEFAULT NULL::ops.wallet_proof, p_balance_low_threshold numeric DEFAULT NULL::numeric) RETURNS public.platforms
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_platform platforms;
BEGIN
    IF (p_wallet).address IS NOT NULL AND NOT ops.use_wallet_proof(p_wallet, 'set_platform_wallet') THEN
        RAISE EXCEPTION 'was not asked for here, was used before or is too old'
            USING ERRCODE = 'GS042', COLUMN = 'wallet';
    END IF;

    UPDATE platforms AS p
    SET
        name = coalesce(p_name, p.name),
        contact_email = coalesce(p_contact_email, p.contact_email),
        wallet_address = coalesce((p_wallet).address, p.wallet_address)
    WHERE p.id = v_platform_id
    RETURNING p.* INTO v_platform;
    IF p_balance_low_threshold IS NOT NULL THEN
        INSERT INTO ops.balance_alerts AS b (platform_id, threshold)
        VALUES (v_platform.id, p_balance_low_threshold)
        ON CONFLICT (platform_id) DO UPDATE SET threshold = excluded.threshold;
    END IF;

    PERFORM ops.audit(
        'platform.updated', 'platform', v_platform.id,
        jsonb_build_object('fields', array_remove(ARRAY[
            CASE WHEN p_name IS NOT NULL THEN 'name' END,
            CASE WHEN p_contact_email IS NOT NULL THEN 'contact_email' END,
            CASE WHEN (p_wallet).address IS NOT NULL THEN 'wallet_address' END,
            CASE WHEN p_balance_low_threshold IS NOT NULL THEN 'balance_low_threshold' END
        ], NULL))
    );
    RETURN v_platform;
END;
$$;

-- Name: update_platform_statistics(); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.update_platform_statistics() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_tasks ops.task_change [] := '{}';
    v_changes ops.platform_change [] := '{}';
BEGIN
    IF tg_table_name = 'tasks' THEN
        IF tg_op <> 'DELETE' THEN
            v_tasks := ARRAY(
                SELECT (1, n.platform_id, n.worker_id, n.status, NULL, NULL, NULL)::ops.task_change FROM new_rows AS n
            );
        END IF;
        IF tg_op <> 'INSERT' THEN
            v_tasks := v_tasks || ARRAY(
                SELECT (-1, o.platform_id, o.worker_id, o.status, NULL, NULL, NULL)::ops.task_change FROM old_rows AS o
            );
        END IF;
        v_changes := ARRAY(SELECT (t.platform_id, t.sign, 0, 0)::ops.platform_change FROM unnest(v_tasks) AS t);
    ELSIF tg_table_name = 'memberships' THEN
        IF tg_op <> 'DELETE' THEN
            v_changes := ARRAY(
                SELECT (n.platform_id, 0, 1, 0)::ops.platform_change FROM new_rows AS n WHERE n.open_tasks > 0
            );
        END IF;
        IF tg_op <> 'INSERT' THEN
            v_changes := v_changes || ARRAY(
                SELECT (o.platform_id, 0, -1, 0)::ops.platform_change FROM old_rows AS o WHERE o.open_tasks > 0
            );
        END IF;
    ELSE
        IF tg_op <> 'DELETE' THEN
            v_changes := ARRAY(
                SELECT (n.platform_id, 0, 0, n.amount)::ops.platform_change
                FROM new_rows AS n WHERE n.tx_type = 'payout' AND n.status = 'completed'
            );
        END IF;
        IF tg_op <> 'INSERT' THEN
            v_changes := v_changes || ARRAY(
                SELECT (o.platform_id, 0, 0, -o.amount)::ops.platform_change
                FROM old_rows AS o WHERE o.tx_type = 'payout' AND o.status = 'completed'
            );
        END IF;
    END IF;

    PERFORM FROM platforms AS p
    WHERE p.id IN (
        SELECT c.platform_id FROM unnest(v_changes) AS c
        GROUP BY c.platform_id
        HAVING (sum(c.tasks), sum(c.workers), sum(c.payouts)) <> (0, 0, 0)
    )
    ORDER BY p.id
    FOR NO KEY UPDATE;

    -- After the lock: a changed membership comes back here and takes the locks of some of these platforms only.
    IF tg_table_name = 'tasks' THEN
        PERFORM ops.count_open_tasks(v_tasks);
    END IF;

    UPDATE platforms AS p
    SET
        total_tasks = p.total_tasks + d.tasks,
        active_workers = p.active_workers + d.workers,
        total_payouts = p.total_payouts + d.payouts
    FROM (
        SELECT c.platform_id, sum(c.tasks) AS tasks, sum(c.workers) AS workers, sum(c.payouts) AS payouts
        FROM unnest(v_changes) AS c
        GROUP BY c.platform_id
    ) AS d
    WHERE p.id = d.platform_id AND (d.tasks, d.workers, d.payouts) <> (0, 0, 0);
    RETURN NULL;
END;
$$;

-- Name: update_reputation_score(); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.update_reputation_score() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    SELECT w.reputation_score INTO NEW.previous_score FROM workers AS w WHERE w.id = NEW.worker_id FOR NO KEY UPDATE;
    NEW.new_score := least(1000, greatest(0, NEW.previous_score + NEW.delta));
    NEW.created_at := greatest(
        NEW.created_at,
        (
            SELECT max(e.created_at) + interval '1 microsecond'
            FROM reputation_events AS e
            WHERE e.worker_id = NEW.worker_id
        )
    );
    UPDATE workers AS w SET reputation_score = NEW.new_score WHERE w.id = NEW.worker_id;
    RETURN NEW;
END;
$$;

-- Name: update_stream_amounts(); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.update_stream_amounts() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF tg_op = 'INSERT' THEN
        SELECT t.platform_id, t.worker_id INTO NEW.platform_id, NEW.worker_id FROM tasks AS t WHERE t.id = NEW.task_id;
    ELSE
        NEW.updated_at := clock_timestamp();
    END IF;

    NEW.remaining_amount := NEW.total_amount - NEW.released_amount;
    IF NEW.remaining_amount = 0 AND NEW.status = 'active' THEN
        NEW.status := 'completed';
        NEW.next_release_at := NULL;
    END IF;
    RETURN NEW;
END;
$$;

-- Name: update_webhook_endpoint(uuid, text, text[], text, boolean); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.update_webhook_endpoint(p_endpoint_id uuid, p_url text, p_event_types text[], p_description text, p_is_enabled boolean) RETURNS ops.webhook_endpoints
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_endpoint ops.webhook_endpoints := ops.lock_endpoint(p_endpoint_id);
    v_was_disabled boolean := v_endpoint.disabled_at IS NOT NULL;
BEGIN
    UPDATE ops.webhook_endpoints AS e
    SET
        url = coalesce(p_url, e.url),
        event_types = coalesce(p_event_types, e.event_types),
        description = coalesce(p_description, e.description),
        disabled_at = CASE
            WHEN p_is_enabled IS NULL THEN e.disabled_at
            WHEN NOT p_is_enabled THEN coalesce(e.disabled_at, clock_timestamp())
        END,
        disabled_reason = CASE
            WHEN p_is_enabled IS NULL THEN e.disabled_reason
            WHEN NOT p_is_enabled THEN coalesce(e.disabled_reason, 'platform')
        END,
        failing_since = CASE WHEN p_is_enabled IS DISTINCT FROM TRUE THEN e.failing_since END
    WHERE e.id = p_endpoint_id
    RETURNING e.* INTO v_endpoint;

    -- Enabled again too: an event that was on its way while it was disabled has left a delivery.
    IF p_is_enabled IS NOT NULL AND (v_was_disabled OR NOT p_is_enabled) THEN
        UPDATE ops.webhook_deliveries AS d
        SET
            status = 'failed',
            next_attempt_at = NULL,
            leased_until = NULL,
            error = coalesce(d.error, 'the endpoint is disabled')
        WHERE d.endpoint_id = p_endpoint_id AND d.status = 'pending';
    END IF;
    PERFORM ops.audit(
        'webhook_endpoint.updated', 'webhook_endpoint', p_endpoint_id,
        jsonb_build_object('fields', array_remove(ARRAY[
            CASE WHEN p_url IS NOT NULL THEN 'url' END,
            CASE WHEN p_event_types IS NOT NULL THEN 'event_types' END,
            CASE WHEN p_description IS NOT NULL THEN 'description' END,
            CASE WHEN p_is_enabled IS NOT NULL THEN 'is_enabled' END
        ], NULL))
    );
    RETURN v_endpoint;
END;
$$;

-- Name: workers; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.workers (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    password_hash text NOT NULL,
    wallet_id text,
    wallet_address ops.address,
    reputation_score integer DEFAULT 500 NOT NULL,
    account_age_days integer DEFAULT 0 NOT NULL,
    completion_rate numeric(5,2) DEFAULT 0 NOT NULL,
    total_tasks integer DEFAULT 0 NOT NULL,
    total_earned ops.usdc DEFAULT 0 NOT NULL,
    average_rating numeric(3,2) DEFAULT 0 NOT NULL,
    dispute_rate numeric(5,2) DEFAULT 0 NOT NULL,
    last_active_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT workers_account_age_days_check CHECK ((account_age_days >= 0)),
    CONSTRAINT workers_average_rating_check CHECK (((average_rating >= (0)::numeric) AND (average_rating <= (5)::numeric))),
    CONSTRAINT workers_completion_rate_check CHECK (((completion_rate >= (0)::numeric) AND (completion_rate <= (100)::numeric))),
    CONSTRAINT workers_dispute_rate_check CHECK (((dispute_rate >= (0)::numeric) AND (dispute_rate <= (100)::numeric))),
    CONSTRAINT workers_email_check CHECK (((length(email) >= 3) AND (length(email) <= 320))),
    CONSTRAINT workers_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT workers_reputation_score_check CHECK (((reputation_score >= 0) AND (reputation_score <= 1000))),
    CONSTRAINT workers_total_tasks_check CHECK ((total_tasks >= 0))
)
WITH (fillfactor='80');

-- Name: update_worker(text, text, ops.wallet_proof); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.update_worker(p_name text DEFAULT NULL::text, p_email text DEFAULT NULL::text, p_wallet ops.wallet_proof DEFAULT NULL::ops.wallet_proof) RETURNS public.workers
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_worker workers;
BEGIN
    IF ops.tenant_kind() IS DISTINCT FROM 'worker' THEN
        RAISE EXCEPTION 'only a worker may do this' USING ERRCODE = 'GS003';
    END IF;

    IF (p_wallet).address IS NOT NULL AND NOT ops.use_wallet_proof(p_wallet, 'set_wallet') THEN
        RAISE EXCEPTION 'was not asked for here, was used before or is too old'
            USING ERRCODE = 'GS042', COLUMN = 'wallet';
    END IF;

    UPDATE workers AS w
    SET
        name = coalesce(p_name, w.name),
        email = coalesce(p_email, w.email),
        wallet_address = coalesce((p_wallet).address, w.wallet_address)
    WHERE w.id = ops.tenant()
    RETURNING w.* INTO v_worker;

    PERFORM ops.audit(
        'worker.updated', 'worker', v_worker.id,
        jsonb_build_object('fields', array_remove(ARRAY[
            CASE WHEN p_name IS NOT NULL THEN 'name' END,
            CASE WHEN p_email IS NOT NULL THEN 'email' END,
            CASE WHEN (p_wallet).address IS NOT NULL THEN 'wallet_address' END
        ], NULL))
    );
    RETURN v_worker;
END;
$$;

-- Name: update_worker_last_active(); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.update_worker_last_active() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_workers uuid [] := ARRAY(SELECT DISTINCT n.worker_id FROM new_rows AS n ORDER BY n.worker_id);
BEGIN
    PERFORM FROM workers AS w WHERE w.id = ANY(v_workers) ORDER BY w.id FOR NO KEY UPDATE;

    UPDATE workers AS w
    SET last_active_at = clock_timestamp()
    WHERE w.id = ANY(v_workers) AND (w.last_active_at IS NULL OR w.last_active_at < clock_timestamp());
    RETURN NULL;
END;
$$;

-- Name: update_worker_statistics(); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.update_worker_statistics() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_changes ops.task_change [] := '{}';
BEGIN
    IF tg_op <> 'DELETE' THEN
        v_changes := ARRAY(
            SELECT (
                1, n.platform_id, n.worker_id, n.status, n.disputed_at IS NOT NULL, n.rating, n.paid_amount
            )::ops.task_change
            FROM new_rows AS n
        );
    END IF;
    IF tg_op <> 'INSERT' THEN
        v_changes := v_changes || ARRAY(
            SELECT (
                -1, o.platform_id, o.worker_id, o.status, o.disputed_at IS NOT NULL, o.rating, o.paid_amount
            )::ops.task_change
            FROM old_rows AS o
        );
    END IF;

    PERFORM FROM workers AS w
    WHERE w.id IN (SELECT c.worker_id FROM unnest(v_changes) AS c)
    ORDER BY w.id
    FOR NO KEY UPDATE;

    WITH delta AS (
        SELECT
            c.worker_id,
            sum(c.sign) AS tasks,
            coalesce(sum(c.sign) FILTER (WHERE c.status = 'completed'), 0) AS completed,
            coalesce(sum(c.sign) FILTER (WHERE c.status = 'cancelled'), 0) AS cancelled,
            coalesce(sum(c.sign) FILTER (WHERE c.disputed), 0) AS disputed,
            coalesce(sum(c.sign) FILTER (WHERE c.rating IS NOT NULL), 0) AS rated,
            coalesce(sum(c.sign * c.rating), 0) AS rating_sum,
            sum(c.sign * c.paid_amount) AS earned
        FROM unnest(v_changes) AS c
        GROUP BY c.worker_id
    ),

    counted AS (
        UPDATE ops.worker_counters AS w
        SET
            tasks = w.tasks + d.tasks,
            completed = w.completed + d.completed,
            cancelled = w.cancelled + d.cancelled,
            disputed = w.disputed + d.disputed,
            rated = w.rated + d.rated,
            rating_sum = w.rating_sum + d.rating_sum,
            earned = w.earned + d.earned
        FROM delta AS d
        WHERE w.worker_id = d.worker_id
            AND (d.tasks, d.completed, d.cancelled, d.disputed, d.rated, d.rating_sum, d.earned)
            <> (0, 0, 0, 0, 0, 0, 0)
        RETURNING w.*
    )

    UPDATE workers AS w
    SET
        total_tasks = c.tasks,
        total_earned = c.earned,
        completion_rate = coalesce(round(100.0 * c.completed / nullif(c.completed + c.cancelled, 0), 2), 0),
        dispute_rate = coalesce(round(100.0 * c.disputed / nullif(c.tasks, 0), 2), 0),
        average_rating = coalesce(round(1.0 * c.rating_sum / nullif(c.rated, 0), 2), 0)
    FROM counted AS c
    WHERE w.id = c.worker_id;
    RETURN NULL;
END;
$$;

-- Name: wallet_sign_in(ops.wallet_proof, bytea); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.wallet_sign_in(p_proof ops.wallet_proof, p_token_hash bytea) RETURNS TABLE(worker_id uuid, session_id uuid)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT ops.use_wallet_proof(p_proof, 'sign_in') THEN
        RETURN;
    END IF;
    UPDATE workers AS w SET last_active_at = greatest(w.last_active_at, clock_timestamp())
    WHERE lower(w.wallet_address) = lower((p_proof).address)
    RETURNING w.id INTO worker_id;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    session_id := ops.start_session(worker_id, p_token_hash);
    PERFORM ops.audit('worker.signed_in', 'worker', worker_id, '{"by": "wallet"}');
    RETURN NEXT;
END;
$$;

-- Name: who_am_i(); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.who_am_i() RETURNS TABLE(kind text, id uuid, name text, email text, scopes text[])
    LANGUAGE sql STABLE
    AS $$
    SELECT 'worker', w.id, w.name, w.email, NULL::text[]
    FROM workers AS w
    WHERE w.id = ops.tenant() AND ops.tenant_kind() = 'worker'
    UNION ALL
    SELECT 'platform', p.id, p.name, p.contact_email, string_to_array(current_setting('gigstream.scopes', TRUE), ' ')
    FROM platforms AS p
    WHERE p.id = ops.tenant() AND ops.tenant_kind() = 'platform'
$$;

-- Name: write_off_advance(uuid); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.write_off_advance(p_loan_id uuid, OUT id uuid, OUT worker_id uuid, OUT recovered numeric, OUT lost numeric) RETURNS record
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_loan loans;
    v_advance uuid;
    v_fee numeric;
    v_line uuid := ops.uuid_v7();
BEGIN
    SELECT l.* INTO v_loan FROM loans AS l WHERE l.id = p_loan_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no loan %', p_loan_id USING ERRCODE = 'GS001';
    END IF;
    -- The worker before the loan, as a release that finishes his task locks them; what follows may take it all back.
    IF v_loan.mode = 'predictive' THEN
        INSERT INTO reputation_events (worker_id, event_type, delta, reason, related_id)
        VALUES (v_loan.worker_id, 'penalty', -100, 'advance not paid back', p_loan_id);
    END IF;
    SELECT l.* INTO v_loan FROM loans AS l WHERE l.id = p_loan_id FOR NO KEY UPDATE;
    IF v_loan.status NOT IN ('disbursed', 'repaying') THEN
        RAISE EXCEPTION 'the loan is %, not disbursed or repaying', v_loan.status USING ERRCODE = 'GS011';
    END IF;
    id := v_loan.id;
    worker_id := v_loan.worker_id;
    recovered := least(v_loan.amount, v_loan.amount_repaid);
    lost := v_loan.amount - recovered;
    v_fee := v_loan.amount_repaid - recovered;
    v_advance := ledger.account('worker_advance', v_loan.worker_id, v_loan.platform_id);

    UPDATE loans AS l SET status = 'defaulted', defaulted_at = clock_timestamp() WHERE l.id = p_loan_id;
    IF v_fee > 0 THEN
        INSERT INTO transactions (id, worker_id, platform_id, tx_type, amount, status, processed_at, metadata)
        VALUES (
            v_line, v_loan.worker_id, v_loan.platform_id, 'fee', v_fee, 'completed', clock_timestamp(),
            jsonb_build_object('loan_id', p_loan_id)
        );
    END IF;
    PERFORM ops.audit('loan.written_off', 'loan', p_loan_id, jsonb_build_object('lost', lost::text));
    PERFORM ops.emit(
        'loan.defaulted', v_loan.platform_id, v_loan.worker_id, 'loan', p_loan_id,
        jsonb_build_object('amount', v_loan.amount::text, 'amount_repaid', v_loan.amount_repaid::text)
    );
    INSERT INTO ledger.transfers (id, debit_account, credit_account, amount, reason, loan_id, event_at)
    SELECT m.id, v_advance, m.account, m.amount, m.reason, p_loan_id, clock_timestamp()
    FROM (
        VALUES
        (ops.uuid_v7(), ledger.account('advance_pool'), recovered, 'recover'),
        (v_line, ledger.account('fees'), v_fee, 'fee')
    ) AS m (id, account, amount, reason)
    WHERE m.amount > 0;
END;
$$;

-- Name: accounts; Type: TABLE; Schema: ledger; Owner: -

CREATE TABLE ledger.accounts (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    kind text NOT NULL,
    owner_id uuid,
    platform_id uuid,
    balance numeric(20,6) DEFAULT 0 NOT NULL,
    floor numeric(20,6) DEFAULT 0,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    paid_out_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT accounts_balance_check CHECK ((balance <> 'NaN'::numeric)),
    CONSTRAINT accounts_balance_floor CHECK ((balance >= floor)),
    CONSTRAINT accounts_kind_check CHECK ((kind = ANY (ARRAY['platform_available'::text, 'platform_held'::text, 'worker_available'::text, 'worker_settling'::text, 'worker_advance'::text, 'custody'::text, 'fees'::text, 'advance_pool'::text, 'suspense'::text]))),
    CONSTRAINT accounts_owner CHECK (
CASE
    WHEN (kind ~~ 'platform\_%'::text) THEN ((owner_id IS NOT NULL) AND (owner_id = platform_id))
    WHEN (kind ~~ 'worker\_%'::text) THEN ((owner_id IS NOT NULL) AND (platform_id IS NOT NULL))
    ELSE ((owner_id IS NULL) AND (platform_id IS NULL))
END)
)
WITH (fillfactor='50');

-- Name: transfers; Type: TABLE; Schema: ledger; Owner: -

CREATE TABLE ledger.transfers (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    debit_account uuid NOT NULL,
    credit_account uuid NOT NULL,
    amount ops.usdc NOT NULL,
    reason text NOT NULL,
    task_id uuid,
    stream_id uuid,
    loan_id uuid,
    transaction_id uuid,
    deposit_id uuid,
    source_seq integer DEFAULT 0 NOT NULL,
    event_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT transfers_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT transfers_check CHECK ((debit_account <> credit_account)),
    CONSTRAINT transfers_reason_check CHECK ((reason = ANY (ARRAY['deposit'::text, 'hold'::text, 'pay'::text, 'release'::text, 'refund'::text, 'advance'::text, 'repay'::text, 'recover'::text, 'fee'::text, 'payout'::text, 'settle'::text, 'return'::text]))),
    CONSTRAINT transfers_source CHECK ((num_nonnulls(task_id, stream_id, loan_id, transaction_id, deposit_id) = 1)),
    CONSTRAINT transfers_source_seq_check CHECK ((source_seq >= 0))
);

-- Name: api_key_uses; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.api_key_uses (
    key_id uuid NOT NULL,
    last_used_at timestamp with time zone NOT NULL
);

-- Name: api_keys; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.api_keys (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    platform_id uuid NOT NULL,
    prefix text NOT NULL,
    key_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    name text DEFAULT 'first key'::text NOT NULL,
    replaced_by uuid,
    expiry_told_at timestamp with time zone,
    CONSTRAINT api_keys_key_hash_check CHECK ((length(key_hash) = 32)),
    CONSTRAINT api_keys_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
);

-- Name: audit_places; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.audit_places (
    actor_id uuid NOT NULL,
    audit_id uuid NOT NULL,
    seal bigint NOT NULL,
    "position" integer NOT NULL
);

-- Name: audit_seals; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.audit_seals (
    number bigint NOT NULL,
    xid xid8 NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    entries ops.audit_entry[] NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT audit_seals_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT audit_seals_entries_check CHECK ((cardinality(entries) > 0)),
    CONSTRAINT audit_seals_number_check CHECK ((number > 0))
);

-- Name: audit_waiting; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.audit_waiting (
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    audit_id uuid NOT NULL
);

-- Name: balance_alerts; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.balance_alerts (
    platform_id uuid NOT NULL,
    threshold ops.usdc,
    is_low boolean DEFAULT false NOT NULL
);

-- Name: chain_breaks; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.chain_breaks (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    found_by uuid NOT NULL,
    closed_by uuid,
    chain_id bigint NOT NULL,
    custody ops.address NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    tx_hash text,
    chain_amount numeric(20,6) NOT NULL,
    book_amount numeric(20,6) NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT chain_breaks_kind_check CHECK ((kind = ANY (ARRAY['deposit_not_in_books'::text, 'deposit_not_on_chain'::text, 'deposit_amount'::text, 'deposit_sender'::text, 'deposit_of_escrow'::text, 'payment_not_in_books'::text, 'payment_not_on_chain'::text, 'payment_amount'::text, 'payment_payee'::text, 'payment_failed'::text, 'payment_unknown'::text, 'made_up'::text, 'books'::text, 'custody'::text, 'other_chain'::text]))),
    CONSTRAINT chain_breaks_tx_hash_check CHECK ((tx_hash ~ '^0x[0-9a-f]{64}$'::text))
);

-- Name: chain_cursors; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.chain_cursors (
    chain_id bigint NOT NULL,
    custody ops.address NOT NULL,
    block bigint NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT chain_cursors_block_check CHECK ((block >= '-1'::integer)),
    CONSTRAINT chain_cursors_chain_id_check CHECK ((chain_id > 0))
)
WITH (fillfactor='50');

-- Name: circle_keys; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.circle_keys (
    id uuid NOT NULL,
    public_key bytea NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT circle_keys_public_key_check CHECK (((length(public_key) >= 1) AND (length(public_key) <= 1000)))
);

-- Name: circle_notifications; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.circle_notifications (
    id uuid NOT NULL,
    notification_type text NOT NULL,
    circle_tx_id text,
    state text,
    sent_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

-- Name: circle_polls; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.circle_polls (
    settlement_id uuid NOT NULL,
    asks integer DEFAULT 0 NOT NULL,
    polls integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    network_fee numeric,
    error text,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT circle_polls_asks_check CHECK ((asks >= 0)),
    CONSTRAINT circle_polls_network_fee_check CHECK (((network_fee >= (0)::numeric) AND (network_fee <> 'NaN'::numeric))),
    CONSTRAINT circle_polls_polls_check CHECK ((polls >= 0))
);

-- Name: deposits; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.deposits (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    platform_id uuid,
    amount ops.usdc NOT NULL,
    tx_hash text,
    log_index integer,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    chain_id bigint,
    block_number bigint,
    from_address ops.address,
    to_address ops.address,
    in_suspense boolean DEFAULT false NOT NULL,
    CONSTRAINT deposits_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT deposits_block_number_check CHECK ((block_number >= 0)),
    CONSTRAINT deposits_chain CHECK ((num_nonnulls(tx_hash, log_index, chain_id, block_number, from_address, to_address) = ANY (ARRAY[0, 6]))),
    CONSTRAINT deposits_chain_id_check CHECK ((chain_id > 0)),
    CONSTRAINT deposits_check CHECK (((tx_hash IS NULL) = (log_index IS NULL))),
    CONSTRAINT deposits_log_index_check CHECK ((log_index >= 0)),
    CONSTRAINT deposits_suspense CHECK (((NOT in_suspense) OR ((platform_id IS NULL) AND (tx_hash IS NOT NULL)))),
    CONSTRAINT deposits_tx_hash_check CHECK ((tx_hash ~ '^0x[0-9a-f]{64}$'::text))
);

-- Name: due_streams; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.due_streams (
    stream_id uuid NOT NULL,
    platform_id uuid NOT NULL,
    next_release_at timestamp(0) with time zone NOT NULL
);

-- Name: earning_days; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.earning_days (
    platform_id uuid NOT NULL,
    day date NOT NULL,
    earned ops.usdc NOT NULL,
    released ops.usdc NOT NULL,
    workers integer NOT NULL
)
WITH (fillfactor='50');

-- Name: event_counters; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.event_counters (
    object_id uuid NOT NULL,
    platform_id uuid,
    last bigint NOT NULL,
    CONSTRAINT event_counters_last_check CHECK ((last > 0))
)
WITH (fillfactor='80');

-- Name: idempotency_keys; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.idempotency_keys (
    principal text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status smallint,
    body text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT idempotency_keys_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255))),
    CONSTRAINT idempotency_keys_request_hash_check CHECK ((length(request_hash) = 32))
);

-- Name: inbound_secrets; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.inbound_secrets (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    platform_id uuid NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

-- Name: invites; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.invites (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    platform_id uuid NOT NULL,
    email text NOT NULL,
    name text,
    token_hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    accepted_at timestamp with time zone,
    worker_id uuid,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT invites_check CHECK (((accepted_at IS NULL) = (worker_id IS NULL))),
    CONSTRAINT invites_email_check CHECK (((length(email) >= 3) AND (length(email) <= 320))),
    CONSTRAINT invites_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT invites_token_hash_check CHECK ((length(token_hash) = 32))
);

-- Name: job_runs; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.job_runs (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    job text NOT NULL,
    as_of timestamp with time zone NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    error text
);

-- Name: memberships; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.memberships (
    platform_id uuid NOT NULL,
    worker_id uuid NOT NULL,
    open_tasks integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    left_at timestamp with time zone,
    CONSTRAINT memberships_left CHECK (((left_at IS NULL) OR (open_tasks = 0))),
    CONSTRAINT memberships_open_tasks_check CHECK ((open_tasks >= 0))
)
WITH (fillfactor='80');

-- Name: ordered_wallets; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.ordered_wallets (
    worker_id uuid NOT NULL,
    order_id uuid NOT NULL,
    wallet_id text,
    wallet_address ops.address,
    CONSTRAINT ordered_wallets_made CHECK ((num_nulls(wallet_id, wallet_address) = ANY (ARRAY[0, 2])))
);

-- Name: outbox; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.outbox (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    event text NOT NULL,
    platform_id uuid,
    worker_id uuid,
    object_type text NOT NULL,
    object_id uuid NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    sequence bigint NOT NULL
);

-- Name: paid_workers; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.paid_workers (
    platform_id uuid NOT NULL,
    day date NOT NULL,
    worker_id uuid NOT NULL
);

-- Name: payout_days; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.payout_days (
    platform_id uuid NOT NULL,
    day date NOT NULL,
    paid_out ops.usdc NOT NULL
)
WITH (fillfactor='50');

-- Name: payout_retries; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.payout_retries (
    retry_of uuid NOT NULL,
    transaction_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

-- Name: rate_limits; Type: TABLE; Schema: ops; Owner: -

CREATE UNLOGGED TABLE ops.rate_limits (
    key text NOT NULL,
    minute timestamp with time zone NOT NULL,
    requests integer NOT NULL
)
WITH (fillfactor='50');

-- Name: reconciliations; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.reconciliations (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    chain_id bigint NOT NULL,
    custody ops.address NOT NULL,
    block bigint NOT NULL,
    block_hash text NOT NULL,
    chain_custody numeric(20,6) NOT NULL,
    book_custody numeric(20,6) NOT NULL,
    in_flight numeric(20,6) NOT NULL,
    difference numeric(20,6) GENERATED ALWAYS AS (((chain_custody - book_custody) - in_flight)) STORED NOT NULL,
    made_up numeric(20,6) NOT NULL,
    breaks integer NOT NULL,
    unmatched text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT reconciliations_block_check CHECK ((block >= 0)),
    CONSTRAINT reconciliations_block_hash_check CHECK ((block_hash ~ '^0x[0-9a-f]{64}$'::text)),
    CONSTRAINT reconciliations_breaks_check CHECK ((breaks >= 0)),
    CONSTRAINT reconciliations_chain_id_check CHECK ((chain_id > 0))
);

-- Name: refresh_tokens; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.refresh_tokens (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    session_id uuid NOT NULL,
    worker_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    session_ends_at timestamp with time zone NOT NULL,
    CONSTRAINT refresh_tokens_check CHECK ((expires_at <= session_ends_at)),
    CONSTRAINT refresh_tokens_token_hash_check CHECK ((length(token_hash) = 32))
);

-- Name: schema_migrations; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.schema_migrations (
    version character varying NOT NULL
);

-- Name: settlement_attempts; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.settlement_attempts (
    settlement_id uuid NOT NULL,
    number integer NOT NULL,
    tx_hash text NOT NULL,
    raw bytea NOT NULL,
    gas bigint NOT NULL,
    max_fee_per_gas numeric NOT NULL,
    max_priority_fee_per_gas numeric NOT NULL,
    stored_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    broadcast_at timestamp with time zone,
    answer text,
    CONSTRAINT settlement_attempts_check CHECK (((max_priority_fee_per_gas >= (0)::numeric) AND (max_priority_fee_per_gas <= max_fee_per_gas))),
    CONSTRAINT settlement_attempts_gas_check CHECK ((gas > 0)),
    CONSTRAINT settlement_attempts_max_fee_per_gas_check CHECK (((max_fee_per_gas > (0)::numeric) AND (max_fee_per_gas <> 'NaN'::numeric))),
    CONSTRAINT settlement_attempts_number_check CHECK ((number > 0)),
    CONSTRAINT settlement_attempts_raw_check CHECK ((length(raw) > 0)),
    CONSTRAINT settlement_attempts_tx_hash_check CHECK ((tx_hash ~ '^0x[0-9a-f]{64}$'::text))
);

-- Name: settlement_payments; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.settlement_payments (
    settlement_id uuid NOT NULL,
    transaction_id uuid NOT NULL,
    chain_id bigint,
    contract ops.address,
    payment_no bigint,
    to_address ops.address NOT NULL,
    amount ops.usdc NOT NULL,
    failed boolean DEFAULT false NOT NULL,
    CONSTRAINT settlement_payments_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT settlement_payments_numbered CHECK (((num_nonnulls(chain_id, contract) = 0) OR (payment_no IS NOT NULL))),
    CONSTRAINT settlement_payments_payment_no_check CHECK ((payment_no > 0))
);

-- Name: sign_in_failures; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.sign_in_failures (
    address_hash bytea NOT NULL,
    failures integer NOT NULL,
    last_failed_at timestamp with time zone NOT NULL,
    CONSTRAINT sign_in_failures_address_hash_check CHECK ((length(address_hash) = 32))
);

-- Name: task_days; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.task_days (
    platform_id uuid NOT NULL,
    day date NOT NULL,
    created integer DEFAULT 0 NOT NULL,
    completed integer DEFAULT 0 NOT NULL,
    cancelled integer DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');

-- Name: told_releases; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.told_releases (
    stream_id uuid NOT NULL,
    first_seq integer NOT NULL,
    last_seq integer NOT NULL,
    transaction_id uuid NOT NULL,
    amount ops.usdc NOT NULL,
    CONSTRAINT told_releases_amount_check CHECK (((amount)::numeric > (0)::numeric)),
    CONSTRAINT told_releases_check CHECK ((last_seq >= first_seq)),
    CONSTRAINT told_releases_first_seq_check CHECK ((first_seq > 0))
);

-- Name: transaction_states; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.transaction_states (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    transaction_id uuid NOT NULL,
    status text NOT NULL,
    error_message text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

-- Name: turns; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.turns (
    name text NOT NULL,
    next_at timestamp with time zone NOT NULL
)
WITH (fillfactor='50');

-- Name: wallet_nonces; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.wallet_nonces (
    nonce text NOT NULL,
    address ops.address NOT NULL,
    purpose text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT wallet_nonces_nonce_check CHECK (((length(nonce) >= 8) AND (length(nonce) <= 64))),
    CONSTRAINT wallet_nonces_purpose_check CHECK ((purpose = ANY (ARRAY['sign_in'::text, 'set_wallet'::text, 'set_platform_wallet'::text])))
);

-- Name: wallet_orders; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.wallet_orders (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    finished_at timestamp with time zone
);

-- Name: worker_counters; Type: TABLE; Schema: ops; Owner: -

CREATE TABLE ops.worker_counters (
    worker_id uuid NOT NULL,
    tasks integer DEFAULT 0 NOT NULL,
    completed integer DEFAULT 0 NOT NULL,
    cancelled integer DEFAULT 0 NOT NULL,
    disputed integer DEFAULT 0 NOT NULL,
    rated integer DEFAULT 0 NOT NULL,
    rating_sum integer DEFAULT 0 NOT NULL,
    earned ops.usdc DEFAULT 0 NOT NULL,
    CONSTRAINT worker_counters_check CHECK ((LEAST(tasks, completed, cancelled, disputed, rated, rating_sum) >= 0))
)
WITH (fillfactor='80');

-- Name: active_streams_view; Type: VIEW; Schema: public; Owner: -

CREATE VIEW public.active_streams_view WITH (security_invoker='true') AS
 SELECT s.id AS stream_id,
    s.task_id,
    s.platform_id,
    p.name AS platform_name,
    s.worker_id,
    w.name AS worker_name,
    s.start_time,
    s.end_time,
    s.total_amount,
    s.released_amount,
    a.accrued_amount,
    GREATEST((0)::numeric, (a.accrued_amount - (s.released_amount)::numeric)) AS releasable_amount,
    round((((100)::numeric * a.accrued_amount) / (s.total_amount)::numeric), 2) AS percent_accrued,
    s.next_release_at,
    (GREATEST((0)::numeric, ceil(EXTRACT(epoch FROM (s.next_release_at - a.as_of)))))::integer AS seconds_to_next_release,
    a.as_of
   FROM (((public.streams s
     JOIN public.platforms p ON ((s.platform_id = p.id)))
     JOIN public.workers w ON ((s.worker_id = w.id)))
     CROSS JOIN LATERAL ( SELECT n.as_of,
            public.stream_accrued((s.total_amount)::numeric, (s.anchor_amount)::numeric, s.anchor_time, s.end_time, n.as_of) AS accrued_amount
           FROM ( SELECT statement_timestamp() AS as_of) n) a)
  WHERE (s.status = 'active'::text);

-- Name: daily_transaction_summary; Type: VIEW; Schema: public; Owner: -

CREATE VIEW public.daily_transaction_summary WITH (security_invoker='true') AS
 SELECT ((created_at AT TIME ZONE 'UTC'::text))::date AS day,
    tx_type,
    status,
    count(*) AS transactions,
    sum((amount)::numeric) AS total_amount,
    sum((fee)::numeric) AS total_fees,
    round(avg((amount)::numeric), 6) AS average_amount
   FROM ( SELECT p.created_at,
            p.tx_type,
            p.status,
            p.amount,
            p.fee
           FROM public.transactions p
          WHERE (p.platform_id = ( SELECT ops.tenant() AS tenant))
        UNION ALL
         SELECT w.created_at,
            w.tx_type,
            w.status,
            w.amount,
            w.fee
           FROM public.transactions w
          WHERE (w.worker_id = ( SELECT ops.tenant() AS tenant))
        UNION ALL
         SELECT a.created_at,
            a.tx_type,
            a.status,
            a.amount,
            a.fee
           FROM public.transactions a
          WHERE (( SELECT ops.tenant() AS tenant) IS NULL)) x
  GROUP BY (((created_at AT TIME ZONE 'UTC'::text))::date), tx_type, status;

-- Name: platform_performance_view; Type: VIEW; Schema: public; Owner: -

CREATE VIEW public.platform_performance_view WITH (security_invoker='true') AS
 SELECT p.id AS platform_id,
    p.name,
    t.total_tasks,
    t.completed_tasks,
    t.cancelled_tasks,
    (t.paid_amount + s.open_released_amount) AS paid_amount,
    (t.pending_amount - s.open_released_amount) AS pending_amount,
    t.unique_workers,
    t.workers_last_7_days,
    t.workers_last_30_days,
    t.average_completion_seconds
   FROM ((public.platforms p
     CROSS JOIN LATERAL ( SELECT count(*) AS total_tasks,
            count(*) FILTER (WHERE (k.status = 'completed'::text)) AS completed_tasks,
            count(*) FILTER (WHERE (k.status = 'cancelled'::text)) AS cancelled_tasks,
            COALESCE(sum((k.paid_amount)::numeric), (0)::numeric) AS paid_amount,
            COALESCE(sum((k.amount)::numeric) FILTER (WHERE (k.status = ANY (ARRAY['pending'::text, 'active'::text, 'disputed'::text]))), (0)::numeric) AS pending_amount,
            count(DISTINCT k.worker_id) AS unique_workers,
            count(DISTINCT k.worker_id) FILTER (WHERE (GREATEST(k.created_at, k.completed_at) >= (now() - '7 days'::interval))) AS workers_last_7_days,
            count(DISTINCT k.worker_id) FILTER (WHERE (GREATEST(k.created_at, k.completed_at) >= (now() - '30 days'::interval))) AS workers_last_30_days,
            COALESCE((avg(EXTRACT(epoch FROM (k.completed_at - k.started_at))))::bigint, (0)::bigint) AS average_completion_seconds
           FROM public.tasks k
          WHERE (k.platform_id = p.id)) t)
     CROSS JOIN LATERAL ( SELECT COALESCE(sum((m.released_amount)::numeric), (0)::numeric) AS open_released_amount
           FROM public.streams m
          WHERE ((m.platform_id = p.id) AND (m.status = ANY (ARRAY['active'::text, 'paused'::text])))) s);

-- Name: reputation_events; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.reputation_events (
    id uuid DEFAULT ops.uuid_v7() NOT NULL,
    worker_id uuid NOT NULL,
    event_type text NOT NULL,
    delta integer NOT NULL,
    previous_score integer NOT NULL,
    new_score integer NOT NULL,
    reason text,
    related_id uuid,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT reputation_events_event_type_check CHECK ((event_type = ANY (ARRAY['task_completed'::text, 'rating_received'::text, 'dispute_filed'::text, 'dispute_resolved'::text, 'bonus'::text, 'penalty'::text, 'appeal'::text]))),
    CONSTRAINT reputation_events_new_score_check CHECK (((new_score >= 0) AND (new_score <= 1000))),
    CONSTRAINT reputation_events_previous_score_check CHECK (((previous_score >= 0) AND (previous_score <= 1000)))
);

-- Name: worker_earnings_view; Type: VIEW; Schema: public; Owner: -

CREATE VIEW public.worker_earnings_view WITH (security_invoker='true') AS
 SELECT w.id AS worker_id,
    w.name,
    t.total_tasks,
    t.completed_tasks,
    t.active_tasks,
    (t.earned_amount + s.released_amount) AS earned_amount,
    s.released_amount,
    (t.pending_amount + s.pending_amount) AS pending_amount,
    x.payout_amount,
    x.advance_amount,
    x.repayment_amount,
    x.fee_amount,
    x.refund_amount,
    l.open_loans,
    l.open_loan_amount,
    l.repaid_loans,
    w.completion_rate,
    w.average_rating
   FROM ((((public.workers w
     CROSS JOIN LATERAL ( SELECT count(*) AS total_tasks,
            count(*) FILTER (WHERE (k.status = 'completed'::text)) AS completed_tasks,
            count(*) FILTER (WHERE (k.status = 'active'::text)) AS active_tasks,
            COALESCE(sum((k.paid_amount)::numeric) FILTER (WHERE (k.task_type = 'fixed'::text)), (0)::numeric) AS earned_amount,
            COALESCE(sum((k.amount)::numeric) FILTER (WHERE ((k.task_type = 'fixed'::text) AND (k.status = ANY (ARRAY['pending'::text, 'active'::text, 'disputed'::text])))), (0)::numeric) AS pending_amount
           FROM public.tasks k
          WHERE (k.worker_id = w.id)) t)
     CROSS JOIN LATERAL ( SELECT COALESCE(sum((m.released_amount)::numeric), (0)::numeric) AS released_amount,
            COALESCE(sum((m.remaining_amount)::numeric) FILTER (WHERE (m.status = ANY (ARRAY['active'::text, 'paused'::text]))), (0)::numeric) AS pending_amount
           FROM public.streams m
          WHERE (m.worker_id = w.id)) s)
     CROSS JOIN LATERAL ( SELECT COALESCE(sum((n.amount)::numeric) FILTER (WHERE (n.tx_type = 'payout'::text)), (0)::numeric) AS payout_amount,
            COALESCE(sum((n.amount)::numeric) FILTER (WHERE (n.tx_type = 'advance'::text)), (0)::numeric) AS advance_amount,
            COALESCE(sum((n.amount)::numeric) FILTER (WHERE (n.tx_type = 'repayment'::text)), (0)::numeric) AS repayment_amount,
            COALESCE(sum((n.amount)::numeric) FILTER (WHERE (n.tx_type = 'fee'::text)), (0)::numeric) AS fee_amount,
            COALESCE(sum((n.amount)::numeric) FILTER (WHERE (n.tx_type = 'refund'::text)), (0)::numeric) AS refund_amount
           FROM public.transactions n
          WHERE ((n.worker_id = w.id) AND (n.status <> 'failed'::text))) x)
     CROSS JOIN LATERAL ( SELECT count(*) FILTER (WHERE (o.status = ANY (ARRAY['disbursed'::text, 'repaying'::text]))) AS open_loans,
            COALESCE(sum(((o.total_due)::numeric - (o.amount_repaid)::numeric)) FILTER (WHERE (o.status = ANY (ARRAY['disbursed'::text, 'repaying'::text]))), (0)::numeric) AS open_loan_amount,
            count(*) FILTER (WHERE (o.status = 'repaid'::text)) AS repaid_loans
           FROM public.loans o
          WHERE (o.worker_id = w.id)) l);

-- Name: worker_risk_assessment; Type: VIEW; Schema: public; Owner: -

CREATE VIEW public.worker_risk_assessment WITH (security_invoker='true') AS
 SELECT f.worker_id,
    f.tasks_last_30_days,
    f.earned_last_30_days,
    f.loans_total,
    f.loans_open,
    f.loans_repaid,
    f.loans_defaulted,
    f.dispute_rate,
    f.completion_rate,
    f.account_age_days,
    f.reputation_factor,
    f.completion_factor,
    f.activity_factor,
    f.age_factor,
    f.repayment_factor,
    f.dispute_factor,
    r.risk_score,
    (cardinality(e.reasons) = 0) AS eligible,
    e.reasons
   FROM ((( SELECT w.id AS worker_id,
            w.dispute_rate,
            w.completion_rate,
            w.account_age_days,
            t.tasks_last_30_days,
            t.earned_last_30_days,
            l.loans_total,
            l.loans_open,
            l.loans_repaid,
            l.loans_defaulted,
            (round((0.3 * (w.reputation_score)::numeric)))::integer AS reputation_factor,
            (round((2.5 * w.completion_rate)))::integer AS completion_factor,
            (LEAST((150)::bigint, (15 * t.tasks_last_30_days)))::integer AS activity_factor,
            (LEAST((150)::numeric, round((2.5 * (w.account_age_days)::numeric))))::integer AS age_factor,
            (
                CASE
                    WHEN (l.loans_defaulted > 0) THEN (0)::bigint
                    ELSE LEAST((150)::bigint, (50 + (50 * l.loans_repaid)))
                END)::integer AS repayment_factor,
            ((- LEAST((200)::numeric, round(((4)::numeric * w.dispute_rate)))))::integer AS dispute_factor
           FROM ((public.workers w
             CROSS JOIN LATERAL ( SELECT count(*) AS tasks_last_30_days,
                    COALESCE(sum((k.paid_amount)::numeric), (0)::numeric) AS earned_last_30_days
                   FROM public.tasks k
                  WHERE ((k.worker_id = w.id) AND (k.completed_at >= (now() - '30 days'::interval)))) t)
             CROSS JOIN LATERAL ( SELECT count(*) AS loans_total,
                    count(*) FILTER (WHERE (o.status = ANY (ARRAY['pending'::text, 'approved'::text, 'disbursed'::text, 'repaying'::text]))) AS loans_open,
                    count(*) FILTER (WHERE (o.status = 'repaid'::text)) AS loans_repaid,
                    count(*) FILTER (WHERE ((o.status = 'defaulted'::text) AND (o.mode = 'predictive'::text))) AS loans_defaulted
                   FROM public.loans o
                  WHERE (o.worker_id = w.id)) l)) f
     CROSS JOIN LATERAL ( SELECT LEAST(1000, GREATEST(0, (((((f.reputation_factor + f.completion_factor) + f.activity_factor) + f.age_factor) + f.repayment_factor) + f.dispute_factor))) AS risk_score) r)
     CROSS JOIN LATERAL ( SELECT array_remove(ARRAY[
                CASE
                    WHEN (r.risk_score < 600) THEN 'risk_score below 600'::text
                    ELSE NULL::text
                END,
                CASE
                    WHEN (f.account_age_days < 7) THEN 'account younger than 7 days'::text
                    ELSE NULL::text
                END,
                CASE
                    WHEN (f.completion_rate < (80)::numeric) THEN 'completion_rate below 80'::text
                    ELSE NULL::text
                END,
                CASE
                    WHEN (f.loans_open > 0) THEN 'a loan is open'::text
                    ELSE NULL::text
                END,
                CASE
                    WHEN (f.loans_defaulted > 0) THEN 'a loan was defaulted'::text
                    ELSE NULL::text
                END], NULL::text) AS reasons) e);

-- Name: accounts accounts_owner_id_kind_platform_id_key; Type: CONSTRAINT; Schema: ledger; Owner: -

ALTER TABLE ONLY ledger.accounts
    ADD CONSTRAINT accounts_owner_id_kind_platform_id_key UNIQUE NULLS NOT DISTINCT (owner_id, kind, platform_id);

-- Name: accounts accounts_pkey; Type: CONSTRAINT; Schema: ledger; Owner: -

ALTER TABLE ONLY ledger.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);

-- Name: transfers transfers_pkey; Type: CONSTRAINT; Schema: ledger; Owner: -

ALTER TABLE ONLY ledger.transfers
    ADD CONSTRAINT transfers_pkey PRIMARY KEY (id);

-- Name: advance_terms advance_terms_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.advance_terms
    ADD CONSTRAINT advance_terms_pkey PRIMARY KEY (platform_id);

-- Name: api_key_uses api_key_uses_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.api_key_uses
    ADD CONSTRAINT api_key_uses_pkey PRIMARY KEY (key_id);

-- Name: api_keys api_keys_key_hash_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.api_keys
    ADD CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash);

-- Name: api_keys api_keys_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

-- Name: appeals appeals_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.appeals
    ADD CONSTRAINT appeals_pkey PRIMARY KEY (id);

-- Name: audit_places audit_places_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.audit_places
    ADD CONSTRAINT audit_places_pkey PRIMARY KEY (actor_id, audit_id);

-- Name: audit_seals audit_seals_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.audit_seals
    ADD CONSTRAINT audit_seals_pkey PRIMARY KEY (number);

-- Name: audit_waiting audit_waiting_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.audit_waiting
    ADD CONSTRAINT audit_waiting_pkey PRIMARY KEY (xid, audit_id);

-- Name: balance_alerts balance_alerts_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.balance_alerts
    ADD CONSTRAINT balance_alerts_pkey PRIMARY KEY (platform_id);

-- Name: chain_breaks chain_breaks_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.chain_breaks
    ADD CONSTRAINT chain_breaks_pkey PRIMARY KEY (id);

-- Name: chain_cursors chain_cursors_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.chain_cursors
    ADD CONSTRAINT chain_cursors_pkey PRIMARY KEY (chain_id, custody);

-- Name: circle_keys circle_keys_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.circle_keys
    ADD CONSTRAINT circle_keys_pkey PRIMARY KEY (id);

-- Name: circle_notifications circle_notifications_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.circle_notifications
    ADD CONSTRAINT circle_notifications_pkey PRIMARY KEY (id);

-- Name: circle_polls circle_polls_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.circle_polls
    ADD CONSTRAINT circle_polls_pkey PRIMARY KEY (settlement_id);

-- Name: deposits deposits_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.deposits
    ADD CONSTRAINT deposits_pkey PRIMARY KEY (id);

-- Name: deposits deposits_tx_hash_log_index_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.deposits
    ADD CONSTRAINT deposits_tx_hash_log_index_key UNIQUE (tx_hash, log_index);

-- Name: disputes disputes_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.disputes
    ADD CONSTRAINT disputes_pkey PRIMARY KEY (id);

-- Name: disputes disputes_task_id_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.disputes
    ADD CONSTRAINT disputes_task_id_key UNIQUE (task_id);

-- Name: due_streams due_streams_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.due_streams
    ADD CONSTRAINT due_streams_pkey PRIMARY KEY (stream_id);

-- Name: earning_days earning_days_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.earning_days
    ADD CONSTRAINT earning_days_pkey PRIMARY KEY (platform_id, day);

-- Name: event_counters event_counters_object_id_platform_id_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.event_counters
    ADD CONSTRAINT event_counters_object_id_platform_id_key UNIQUE NULLS NOT DISTINCT (object_id, platform_id);

-- Name: idempotency_keys idempotency_keys_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (principal, route, key);

-- Name: inbound_secrets inbound_secrets_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.inbound_secrets
    ADD CONSTRAINT inbound_secrets_pkey PRIMARY KEY (id);

-- Name: invites invites_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.invites
    ADD CONSTRAINT invites_pkey PRIMARY KEY (id);

-- Name: invites invites_token_hash_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.invites
    ADD CONSTRAINT invites_token_hash_key UNIQUE (token_hash);

-- Name: job_runs job_runs_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.job_runs
    ADD CONSTRAINT job_runs_pkey PRIMARY KEY (id);

-- Name: loan_quotes loan_quotes_loan_id_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.loan_quotes
    ADD CONSTRAINT loan_quotes_loan_id_key UNIQUE (loan_id);

-- Name: loan_quotes loan_quotes_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.loan_quotes
    ADD CONSTRAINT loan_quotes_pkey PRIMARY KEY (id);

-- Name: memberships memberships_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (platform_id, worker_id);

-- Name: ordered_wallets ordered_wallets_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.ordered_wallets
    ADD CONSTRAINT ordered_wallets_pkey PRIMARY KEY (worker_id);

-- Name: ordered_wallets ordered_wallets_wallet_id_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.ordered_wallets
    ADD CONSTRAINT ordered_wallets_wallet_id_key UNIQUE (wallet_id);

-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

-- Name: paid_workers paid_workers_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.paid_workers
    ADD CONSTRAINT paid_workers_pkey PRIMARY KEY (platform_id, day, worker_id);

-- Name: payout_days payout_days_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.payout_days
    ADD CONSTRAINT payout_days_pkey PRIMARY KEY (platform_id, day);

-- Name: payout_retries payout_retries_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.payout_retries
    ADD CONSTRAINT payout_retries_pkey PRIMARY KEY (retry_of);

-- Name: payout_retries payout_retries_transaction_id_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.payout_retries
    ADD CONSTRAINT payout_retries_transaction_id_key UNIQUE (transaction_id);

-- Name: rate_limits rate_limits_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.rate_limits
    ADD CONSTRAINT rate_limits_pkey PRIMARY KEY (key);

-- Name: reconciliations reconciliations_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.reconciliations
    ADD CONSTRAINT reconciliations_pkey PRIMARY KEY (id);

-- Name: refresh_tokens refresh_tokens_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (id);

-- Name: refresh_tokens refresh_tokens_token_hash_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.refresh_tokens
    ADD CONSTRAINT refresh_tokens_token_hash_key UNIQUE (token_hash);

-- Name: reports reports_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.reports
    ADD CONSTRAINT reports_pkey PRIMARY KEY (id);

-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

-- Name: settlement_attempts settlement_attempts_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.settlement_attempts
    ADD CONSTRAINT settlement_attempts_pkey PRIMARY KEY (settlement_id, number);

-- Name: settlement_attempts settlement_attempts_tx_hash_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.settlement_attempts
    ADD CONSTRAINT settlement_attempts_tx_hash_key UNIQUE (tx_hash);

-- Name: settlement_payments settlement_payments_no_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.settlement_payments
    ADD CONSTRAINT settlement_payments_no_key UNIQUE (chain_id, contract, payment_no);

-- Name: settlement_payments settlement_payments_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.settlement_payments
    ADD CONSTRAINT settlement_payments_pkey PRIMARY KEY (transaction_id);

-- Name: settlements settlements_circle_tx_id_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.settlements
    ADD CONSTRAINT settlements_circle_tx_id_key UNIQUE (circle_tx_id);

-- Name: settlements settlements_idempotency_key_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.settlements
    ADD CONSTRAINT settlements_idempotency_key_key UNIQUE (idempotency_key);

-- Name: settlements settlements_nonce_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.settlements
    ADD CONSTRAINT settlements_nonce_key UNIQUE (chain_id, signer, nonce);

-- Name: settlements settlements_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.settlements
    ADD CONSTRAINT settlements_pkey PRIMARY KEY (id);

-- Name: sign_in_failures sign_in_failures_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.sign_in_failures
    ADD CONSTRAINT sign_in_failures_pkey PRIMARY KEY (address_hash);

-- Name: signers signers_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.signers
    ADD CONSTRAINT signers_pkey PRIMARY KEY (chain_id, address);

-- Name: task_days task_days_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.task_days
    ADD CONSTRAINT task_days_pkey PRIMARY KEY (platform_id, day);

-- Name: told_releases told_releases_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.told_releases
    ADD CONSTRAINT told_releases_pkey PRIMARY KEY (stream_id, first_seq);

-- Name: transaction_states transaction_states_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.transaction_states
    ADD CONSTRAINT transaction_states_pkey PRIMARY KEY (id);

-- Name: turns turns_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.turns
    ADD CONSTRAINT turns_pkey PRIMARY KEY (name);

-- Name: wallet_nonces wallet_nonces_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.wallet_nonces
    ADD CONSTRAINT wallet_nonces_pkey PRIMARY KEY (nonce);

-- Name: wallet_orders wallet_orders_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.wallet_orders
    ADD CONSTRAINT wallet_orders_pkey PRIMARY KEY (id);

-- Name: webhook_deliveries webhook_deliveries_event_id_endpoint_id_key; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_event_id_endpoint_id_key UNIQUE (event_id, endpoint_id);

-- Name: webhook_deliveries webhook_deliveries_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id);

-- Name: webhook_endpoints webhook_endpoints_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (id);

-- Name: worker_counters worker_counters_pkey; Type: CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.worker_counters
    ADD CONSTRAINT worker_counters_pkey PRIMARY KEY (worker_id);

-- Name: audit_logs audit_logs_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.audit_logs
    ADD CONSTRAINT audit_logs_pkey PRIMARY KEY (id);

-- Name: loans loans_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.loans
    ADD CONSTRAINT loans_pkey PRIMARY KEY (id);

-- Name: platforms platforms_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.platforms
    ADD CONSTRAINT platforms_pkey PRIMARY KEY (id);

-- Name: reputation_events reputation_events_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.reputation_events
    ADD CONSTRAINT reputation_events_pkey PRIMARY KEY (id);

-- Name: streams streams_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.streams
    ADD CONSTRAINT streams_pkey PRIMARY KEY (id);

-- Name: streams streams_task_id_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.streams
    ADD CONSTRAINT streams_task_id_key UNIQUE (task_id);

-- Name: tasks tasks_external_id_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_external_id_key UNIQUE (platform_id, external_id);

-- Name: tasks tasks_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (id);

-- Name: transactions transactions_circle_tx_id_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT transactions_circle_tx_id_key UNIQUE (circle_tx_id);

-- Name: transactions transactions_payment_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT transactions_payment_key UNIQUE (tx_hash, payment_no);

-- Name: transactions transactions_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT transactions_pkey PRIMARY KEY (id);

-- Name: workers workers_pkey; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (id);

-- Name: workers workers_wallet_id_key; Type: CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_wallet_id_key UNIQUE (wallet_id);

-- Name: accounts_kind_idx; Type: INDEX; Schema: ledger; Owner: -

CREATE INDEX accounts_kind_idx ON ledger.accounts USING btree (platform_id, kind, id);

-- Name: accounts_platform_id_idx; Type: INDEX; Schema: ledger; Owner: -

CREATE INDEX accounts_platform_id_idx ON ledger.accounts USING btree (platform_id, id);

-- Name: transfers_advance_credit_idx; Type: INDEX; Schema: ledger; Owner: -

CREATE INDEX transfers_advance_credit_idx ON ledger.transfers USING btree (credit_account) INCLUDE (amount) WHERE (loan_id IS NOT NULL);

-- Name: transfers_advance_debit_idx; Type: INDEX; Schema: ledger; Owner: -

CREATE INDEX transfers_advance_debit_idx ON ledger.transfers USING btree (debit_account) INCLUDE (amount) WHERE (loan_id IS NOT NULL);

-- Name: transfers_credit_account_idx; Type: INDEX; Schema: ledger; Owner: -

CREATE INDEX transfers_credit_account_idx ON ledger.transfers USING btree (credit_account, created_at, id) INCLUDE (amount, loan_id);

-- Name: transfers_debit_account_idx; Type: INDEX; Schema: ledger; Owner: -

CREATE INDEX transfers_debit_account_idx ON ledger.transfers USING btree (debit_account, created_at, id) INCLUDE (amount, loan_id);

-- Name: transfers_deposit_key; Type: INDEX; Schema: ledger; Owner: -

CREATE UNIQUE INDEX transfers_deposit_key ON ledger.transfers USING btree (deposit_id, reason, source_seq) WHERE (deposit_id IS NOT NULL);

-- Name: transfers_loan_key; Type: INDEX; Schema: ledger; Owner: -

CREATE UNIQUE INDEX transfers_loan_key ON ledger.transfers USING btree (loan_id, reason, source_seq) WHERE (loan_id IS NOT NULL);

-- Name: transfers_stream_key; Type: INDEX; Schema: ledger; Owner: -

CREATE UNIQUE INDEX transfers_stream_key ON ledger.transfers USING btree (stream_id, reason, source_seq) WHERE (stream_id IS NOT NULL);

-- Name: transfers_task_key; Type: INDEX; Schema: ledger; Owner: -

CREATE UNIQUE INDEX transfers_task_key ON ledger.transfers USING btree (task_id, reason, source_seq) WHERE (task_id IS NOT NULL);

-- Name: transfers_transaction_key; Type: INDEX; Schema: ledger; Owner: -

CREATE UNIQUE INDEX transfers_transaction_key ON ledger.transfers USING btree (transaction_id, reason, source_seq) WHERE (transaction_id IS NOT NULL);

-- Name: api_keys_expires_at_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX api_keys_expires_at_idx ON ops.api_keys USING btree (expires_at) WHERE ((expires_at IS NOT NULL) AND (revoked_at IS NULL) AND (replaced_by IS NULL) AND (expiry_told_at IS NULL));

-- Name: api_keys_platform_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX api_keys_platform_id_idx ON ops.api_keys USING btree (platform_id, id);

-- Name: api_keys_replaced_by_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX api_keys_replaced_by_idx ON ops.api_keys USING btree (replaced_by);

-- Name: appeals_event_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX appeals_event_id_idx ON ops.appeals USING btree (event_id, id);

-- Name: appeals_event_key; Type: INDEX; Schema: ops; Owner: -

CREATE UNIQUE INDEX appeals_event_key ON ops.appeals USING btree (event_id) WHERE (status <> 'refused'::text);

-- Name: audit_seals_xid_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX audit_seals_xid_idx ON ops.audit_seals USING btree (xid);

-- Name: chain_breaks_closed_by_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX chain_breaks_closed_by_idx ON ops.chain_breaks USING btree (closed_by);

-- Name: chain_breaks_found_by_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX chain_breaks_found_by_idx ON ops.chain_breaks USING btree (found_by);

-- Name: chain_breaks_open_key; Type: INDEX; Schema: ops; Owner: -

CREATE UNIQUE INDEX chain_breaks_open_key ON ops.chain_breaks USING btree (chain_id, custody, kind, subject, chain_amount, book_amount) WHERE (closed_by IS NULL);

-- Name: circle_notifications_received_at_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX circle_notifications_received_at_idx ON ops.circle_notifications USING btree (received_at);

-- Name: deposits_block_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX deposits_block_idx ON ops.deposits USING btree (to_address, chain_id, block_number) WHERE (tx_hash IS NOT NULL);

-- Name: deposits_platform_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX deposits_platform_id_idx ON ops.deposits USING btree (platform_id, id);

-- Name: deposits_suspense_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX deposits_suspense_idx ON ops.deposits USING btree (id) WHERE in_suspense;

-- Name: due_streams_at_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX due_streams_at_idx ON ops.due_streams USING btree (next_release_at);

-- Name: due_streams_platform_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX due_streams_platform_idx ON ops.due_streams USING btree (platform_id, next_release_at);

-- Name: idempotency_keys_created_at_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX idempotency_keys_created_at_idx ON ops.idempotency_keys USING btree (created_at);

-- Name: inbound_secrets_platform_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX inbound_secrets_platform_id_idx ON ops.inbound_secrets USING btree (platform_id);

-- Name: invites_expires_at_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX invites_expires_at_idx ON ops.invites USING btree (expires_at);

-- Name: invites_platform_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX invites_platform_id_idx ON ops.invites USING btree (platform_id, id);

-- Name: invites_worker_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX invites_worker_id_idx ON ops.invites USING btree (worker_id);

-- Name: job_runs_job_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX job_runs_job_idx ON ops.job_runs USING btree (job, id);

-- Name: loan_quotes_expires_at_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX loan_quotes_expires_at_idx ON ops.loan_quotes USING btree (expires_at) WHERE (loan_id IS NULL);

-- Name: loan_quotes_platform_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX loan_quotes_platform_id_idx ON ops.loan_quotes USING btree (platform_id);

-- Name: loan_quotes_worker_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX loan_quotes_worker_id_idx ON ops.loan_quotes USING btree (worker_id, expires_at) WHERE (loan_id IS NULL);

-- Name: memberships_worker_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX memberships_worker_id_idx ON ops.memberships USING btree (worker_id);

-- Name: ordered_wallets_order_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX ordered_wallets_order_id_idx ON ops.ordered_wallets USING btree (order_id);

-- Name: outbox_feed_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX outbox_feed_idx ON ops.outbox USING btree (platform_id, xid, id);

-- Name: outbox_object_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX outbox_object_id_idx ON ops.outbox USING btree (object_id, platform_id, sequence);

-- Name: outbox_platform_id_created_at_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX outbox_platform_id_created_at_idx ON ops.outbox USING btree (platform_id, created_at);

-- Name: reconciliations_block_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX reconciliations_block_idx ON ops.reconciliations USING btree (chain_id, custody, block, id);

-- Name: refresh_tokens_expires_at_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX refresh_tokens_expires_at_idx ON ops.refresh_tokens USING btree (expires_at);

-- Name: refresh_tokens_live_key; Type: INDEX; Schema: ops; Owner: -

CREATE UNIQUE INDEX refresh_tokens_live_key ON ops.refresh_tokens USING btree (session_id) WHERE ((used_at IS NULL) AND (revoked_at IS NULL));

-- Name: refresh_tokens_session_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX refresh_tokens_session_id_idx ON ops.refresh_tokens USING btree (session_id);

-- Name: refresh_tokens_worker_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX refresh_tokens_worker_id_idx ON ops.refresh_tokens USING btree (worker_id);

-- Name: reports_open_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX reports_open_idx ON ops.reports USING btree (id) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text]));

-- Name: reports_platform_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX reports_platform_id_idx ON ops.reports USING btree (platform_id, id);

-- Name: settlement_payments_settlement_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX settlement_payments_settlement_id_idx ON ops.settlement_payments USING btree (settlement_id, payment_no);

-- Name: settlements_final_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX settlements_final_idx ON ops.settlements USING btree (chain_id, block_number) WHERE (state = ANY (ARRAY['final_ok'::text, 'final_reverted'::text]));

-- Name: settlements_open_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX settlements_open_idx ON ops.settlements USING btree (rail, chain_id, nonce, id) WHERE (state <> ALL (ARRAY['final_ok'::text, 'final_reverted'::text]));

-- Name: settlements_tx_hash_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX settlements_tx_hash_idx ON ops.settlements USING btree (tx_hash) WHERE (tx_hash IS NOT NULL);

-- Name: sign_in_failures_last_failed_at_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX sign_in_failures_last_failed_at_idx ON ops.sign_in_failures USING btree (last_failed_at);

-- Name: told_releases_transaction_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX told_releases_transaction_id_idx ON ops.told_releases USING btree (transaction_id);

-- Name: transaction_states_transaction_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX transaction_states_transaction_id_idx ON ops.transaction_states USING btree (transaction_id, id);

-- Name: wallet_nonces_expires_at_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX wallet_nonces_expires_at_idx ON ops.wallet_nonces USING btree (expires_at);

-- Name: wallet_orders_open_idx; Type: INDEX; Schema: ops; Owner: -

CREATE UNIQUE INDEX wallet_orders_open_idx ON ops.wallet_orders USING btree (((finished_at IS NULL))) WHERE (finished_at IS NULL);

-- Name: webhook_deliveries_created_at_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX webhook_deliveries_created_at_idx ON ops.webhook_deliveries USING btree (created_at) WHERE (status <> 'pending'::text);

-- Name: webhook_deliveries_due_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX webhook_deliveries_due_idx ON ops.webhook_deliveries USING btree (endpoint_id, next_attempt_at) WHERE (status = 'pending'::text);

-- Name: webhook_deliveries_endpoint_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX webhook_deliveries_endpoint_id_idx ON ops.webhook_deliveries USING btree (endpoint_id, id);

-- Name: webhook_deliveries_leased_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX webhook_deliveries_leased_idx ON ops.webhook_deliveries USING btree (endpoint_id) WHERE (leased_until IS NOT NULL);

-- Name: webhook_deliveries_platform_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX webhook_deliveries_platform_id_idx ON ops.webhook_deliveries USING btree (platform_id);

-- Name: webhook_deliveries_status_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX webhook_deliveries_status_idx ON ops.webhook_deliveries USING btree (endpoint_id, status, id);

-- Name: webhook_endpoints_platform_id_idx; Type: INDEX; Schema: ops; Owner: -

CREATE INDEX webhook_endpoints_platform_id_idx ON ops.webhook_endpoints USING btree (platform_id, id);

-- Name: audit_logs_action_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX audit_logs_action_idx ON public.audit_logs USING btree (actor_id, action, id);

-- Name: audit_logs_actor_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX audit_logs_actor_id_idx ON public.audit_logs USING btree (actor_id, id);

-- Name: audit_logs_created_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX audit_logs_created_at_idx ON public.audit_logs USING btree (created_at);

-- Name: audit_logs_resource_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX audit_logs_resource_id_idx ON public.audit_logs USING btree (resource_id, id);

-- Name: audit_logs_resource_type_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX audit_logs_resource_type_idx ON public.audit_logs USING btree (actor_id, resource_type, id);

-- Name: loans_created_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX loans_created_at_idx ON public.loans USING btree (created_at);

-- Name: loans_due_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX loans_due_idx ON public.loans USING btree (repayment_due) WHERE ((mode = 'predictive'::text) AND (status = ANY (ARRAY['disbursed'::text, 'repaying'::text])));

-- Name: loans_open_key; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX loans_open_key ON public.loans USING btree (worker_id) WHERE (status = ANY (ARRAY['pending'::text, 'approved'::text, 'disbursed'::text, 'repaying'::text]));

-- Name: loans_platform_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX loans_platform_id_idx ON public.loans USING btree (platform_id, id);

-- Name: loans_status_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX loans_status_idx ON public.loans USING btree (status);

-- Name: loans_worker_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX loans_worker_id_idx ON public.loans USING btree (worker_id, id);

-- Name: platforms_contact_email_key; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX platforms_contact_email_key ON public.platforms USING btree (lower(contact_email));

-- Name: platforms_created_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX platforms_created_at_idx ON public.platforms USING btree (created_at);

-- Name: platforms_wallet_address_key; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX platforms_wallet_address_key ON public.platforms USING btree (lower((wallet_address)::text));

-- Name: reputation_events_chain_key; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX reputation_events_chain_key ON public.reputation_events USING btree (worker_id, created_at);

-- Name: reputation_events_created_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX reputation_events_created_at_idx ON public.reputation_events USING btree (created_at);

-- Name: reputation_events_worker_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX reputation_events_worker_id_idx ON public.reputation_events USING btree (worker_id, id);

-- Name: streams_created_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX streams_created_at_idx ON public.streams USING brin (created_at);

-- Name: streams_platform_created_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX streams_platform_created_idx ON public.streams USING btree (platform_id, created_at);

-- Name: streams_platform_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX streams_platform_id_idx ON public.streams USING btree (platform_id, id);

-- Name: streams_platform_status_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX streams_platform_status_idx ON public.streams USING btree (platform_id, status, id);

-- Name: streams_platform_worker_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX streams_platform_worker_idx ON public.streams USING btree (platform_id, worker_id, id);

-- Name: streams_status_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX streams_status_idx ON public.streams USING btree (status);

-- Name: streams_worker_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX streams_worker_id_idx ON public.streams USING btree (worker_id, id);

-- Name: streams_worker_status_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX streams_worker_status_idx ON public.streams USING btree (worker_id, status, id);

-- Name: tasks_created_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX tasks_created_at_idx ON public.tasks USING btree (created_at);

-- Name: tasks_platform_created_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX tasks_platform_created_idx ON public.tasks USING btree (platform_id, created_at);

-- Name: tasks_platform_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX tasks_platform_id_idx ON public.tasks USING btree (platform_id, id);

-- Name: tasks_platform_status_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX tasks_platform_status_idx ON public.tasks USING btree (platform_id, status, id);

-- Name: tasks_platform_type_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX tasks_platform_type_idx ON public.tasks USING btree (platform_id, task_type, id);

-- Name: tasks_platform_worker_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX tasks_platform_worker_idx ON public.tasks USING btree (platform_id, worker_id, id);

-- Name: tasks_status_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX tasks_status_idx ON public.tasks USING btree (status);

-- Name: tasks_worker_created_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX tasks_worker_created_idx ON public.tasks USING btree (worker_id, created_at);

-- Name: tasks_worker_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX tasks_worker_id_idx ON public.tasks USING btree (worker_id, id);

-- Name: tasks_worker_status_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX tasks_worker_status_idx ON public.tasks USING btree (worker_id, status, id);

-- Name: transactions_created_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_created_at_idx ON public.transactions USING btree (created_at);

-- Name: transactions_failed_payouts_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_failed_payouts_idx ON public.transactions USING btree (worker_id, platform_id, updated_at) WHERE ((tx_type = 'payout'::text) AND (status = 'failed'::text));

-- Name: transactions_pending_payouts_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_pending_payouts_idx ON public.transactions USING btree (id) WHERE ((tx_type = 'payout'::text) AND (status = 'pending'::text));

-- Name: transactions_platform_created_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_platform_created_at_idx ON public.transactions USING btree (platform_id, created_at, id);

-- Name: transactions_platform_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_platform_id_idx ON public.transactions USING btree (platform_id, id);

-- Name: transactions_platform_status_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_platform_status_idx ON public.transactions USING btree (platform_id, status, id);

-- Name: transactions_platform_type_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_platform_type_idx ON public.transactions USING btree (platform_id, tx_type, id);

-- Name: transactions_platform_worker_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_platform_worker_idx ON public.transactions USING btree (platform_id, worker_id, id);

-- Name: transactions_status_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_status_idx ON public.transactions USING btree (status);

-- Name: transactions_task_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_task_id_idx ON public.transactions USING btree (task_id);

-- Name: transactions_worker_created_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_worker_created_idx ON public.transactions USING btree (worker_id, created_at);

-- Name: transactions_worker_id_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_worker_id_idx ON public.transactions USING btree (worker_id, id);

-- Name: transactions_worker_status_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_worker_status_idx ON public.transactions USING btree (worker_id, status, id);

-- Name: transactions_worker_type_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX transactions_worker_type_idx ON public.transactions USING btree (worker_id, tx_type, id);

-- Name: workers_created_at_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX workers_created_at_idx ON public.workers USING btree (created_at);

-- Name: workers_email_key; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX workers_email_key ON public.workers USING btree (lower(email));

-- Name: workers_wallet_address_key; Type: INDEX; Schema: public; Owner: -

CREATE UNIQUE INDEX workers_wallet_address_key ON public.workers USING btree (lower((wallet_address)::text));

-- Name: workers_walletless_idx; Type: INDEX; Schema: public; Owner: -

CREATE INDEX workers_walletless_idx ON public.workers USING btree (id) WHERE (wallet_address IS NULL);

-- Name: transfers _000_append_only; Type: TRIGGER; Schema: ledger; Owner: -

CREATE TRIGGER _000_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ledger.transfers FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: accounts _000_no_truncate; Type: TRIGGER; Schema: ledger; Owner: -

CREATE TRIGGER _000_no_truncate BEFORE TRUNCATE ON ledger.accounts FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: transfers _500_apply; Type: TRIGGER; Schema: ledger; Owner: -

CREATE TRIGGER _500_apply AFTER INSERT ON ledger.transfers REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger.apply_transfers();

-- Name: transfers _510_money_days; Type: TRIGGER; Schema: ledger; Owner: -

CREATE TRIGGER _510_money_days AFTER INSERT ON ledger.transfers REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ops.count_money_days();

-- Name: audit_seals _000_append_only; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _000_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ops.audit_seals FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: payout_retries _000_append_only; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _000_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ops.payout_retries FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: told_releases _000_append_only; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _000_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON ops.told_releases FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: transaction_states _000_append_only; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _000_append_only BEFORE UPDATE OR TRUNCATE ON ops.transaction_states FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: settlement_attempts _000_no_delete; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _000_no_delete BEFORE DELETE OR TRUNCATE ON ops.settlement_attempts FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: settlement_payments _000_no_delete; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _000_no_delete BEFORE DELETE OR TRUNCATE ON ops.settlement_payments FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: settlements _000_no_delete; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _000_no_delete BEFORE DELETE OR TRUNCATE ON ops.settlements FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: signers _000_no_delete; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _000_no_delete BEFORE DELETE OR TRUNCATE ON ops.signers FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: deposits _000_no_truncate; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _000_no_truncate BEFORE TRUNCATE ON ops.deposits FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: outbox _100_number; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _100_number BEFORE INSERT ON ops.outbox FOR EACH ROW EXECUTE FUNCTION ops.number_event();

-- Name: webhook_endpoints _100_touch; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _100_touch BEFORE UPDATE OF url, event_types, description, secret_version, disabled_at ON ops.webhook_endpoints FOR EACH ROW EXECUTE FUNCTION ops.touch();

-- Name: settlement_attempts _200_guard; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _200_guard BEFORE UPDATE ON ops.settlement_attempts FOR EACH ROW EXECUTE FUNCTION ops.guard_attempt();

-- Name: settlement_payments _200_guard; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _200_guard BEFORE UPDATE ON ops.settlement_payments FOR EACH ROW EXECUTE FUNCTION ops.guard_payment();

-- Name: settlements _200_guard; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _200_guard BEFORE UPDATE ON ops.settlements FOR EACH ROW EXECUTE FUNCTION ops.guard_settlement();

-- Name: api_keys _500_mirror_api_key; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _500_mirror_api_key AFTER INSERT ON ops.api_keys FOR EACH ROW EXECUTE FUNCTION ops.mirror_api_key();

-- Name: webhook_endpoints _500_mirror_webhook; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _500_mirror_webhook AFTER INSERT OR DELETE OR UPDATE OF url ON ops.webhook_endpoints FOR EACH ROW EXECUTE FUNCTION ops.mirror_webhook();

-- Name: outbox _500_queue_deliveries; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _500_queue_deliveries AFTER INSERT ON ops.outbox REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ops.queue_deliveries();

-- Name: memberships _510_platform_statistics_delete; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _510_platform_statistics_delete AFTER DELETE ON ops.memberships REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_platform_statistics();

-- Name: memberships _510_platform_statistics_insert; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _510_platform_statistics_insert AFTER INSERT ON ops.memberships REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_platform_statistics();

-- Name: memberships _510_platform_statistics_update; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _510_platform_statistics_update AFTER UPDATE ON ops.memberships REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_platform_statistics();

-- Name: refresh_tokens _520_worker_last_active; Type: TRIGGER; Schema: ops; Owner: -

CREATE TRIGGER _520_worker_last_active AFTER INSERT ON ops.refresh_tokens REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_worker_last_active();

-- Name: audit_logs _000_append_only; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _000_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_logs FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: reputation_events _000_append_only; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _000_append_only BEFORE UPDATE OR TRUNCATE ON public.reputation_events FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: loans _000_no_truncate; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _000_no_truncate BEFORE TRUNCATE ON public.loans FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: platforms _000_no_truncate; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _000_no_truncate BEFORE TRUNCATE ON public.platforms FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: streams _000_no_truncate; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _000_no_truncate BEFORE TRUNCATE ON public.streams FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: tasks _000_no_truncate; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _000_no_truncate BEFORE TRUNCATE ON public.tasks FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: transactions _000_no_truncate; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _000_no_truncate BEFORE TRUNCATE ON public.transactions FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: workers _000_no_truncate; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _000_no_truncate BEFORE TRUNCATE ON public.workers FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

-- Name: loans _100_touch; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _100_touch BEFORE UPDATE ON public.loans FOR EACH ROW EXECUTE FUNCTION ops.touch();

-- Name: platforms _100_touch; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _100_touch BEFORE UPDATE ON public.platforms FOR EACH ROW EXECUTE FUNCTION ops.touch();

-- Name: tasks _100_touch; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _100_touch BEFORE UPDATE ON public.tasks FOR EACH ROW EXECUTE FUNCTION ops.touch();

-- Name: transactions _100_touch; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _100_touch BEFORE UPDATE ON public.transactions FOR EACH ROW EXECUTE FUNCTION ops.touch();

-- Name: workers _100_touch; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _100_touch BEFORE UPDATE ON public.workers FOR EACH ROW EXECUTE FUNCTION ops.touch();

-- Name: reputation_events _200_reputation_score; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _200_reputation_score BEFORE INSERT ON public.reputation_events FOR EACH ROW EXECUTE FUNCTION public.update_reputation_score();

-- Name: streams _200_stream_amounts; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _200_stream_amounts BEFORE INSERT OR UPDATE ON public.streams FOR EACH ROW EXECUTE FUNCTION public.update_stream_amounts();

-- Name: audit_logs _400_number; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _400_number BEFORE INSERT ON public.audit_logs FOR EACH STATEMENT EXECUTE FUNCTION ops.await_seal();

-- Name: audit_logs _500_await_seal; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _500_await_seal AFTER INSERT ON public.audit_logs REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ops.await_seal();

-- Name: streams _500_due_streams_insert; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _500_due_streams_insert AFTER INSERT ON public.streams REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ops.keep_due_streams();

-- Name: streams _500_due_streams_update; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _500_due_streams_update AFTER UPDATE ON public.streams REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ops.keep_due_streams();

-- Name: workers _500_open_counters; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _500_open_counters AFTER INSERT ON public.workers FOR EACH ROW EXECUTE FUNCTION ops.open_worker_counters();

-- Name: transactions _500_record_state_insert; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _500_record_state_insert AFTER INSERT ON public.transactions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ops.record_transaction_state();

-- Name: transactions _500_record_state_update; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _500_record_state_update AFTER UPDATE ON public.transactions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ops.record_transaction_state();

-- Name: reputation_events _500_tell; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _500_tell AFTER INSERT ON public.reputation_events REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ops.tell_reputation();

-- Name: tasks _500_worker_statistics_delete; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _500_worker_statistics_delete AFTER DELETE ON public.tasks REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_worker_statistics();

-- Name: tasks _500_worker_statistics_insert; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _500_worker_statistics_insert AFTER INSERT ON public.tasks REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_worker_statistics();

-- Name: tasks _500_worker_statistics_update; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _500_worker_statistics_update AFTER UPDATE ON public.tasks REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_worker_statistics();

-- Name: tasks _510_platform_statistics_delete; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _510_platform_statistics_delete AFTER DELETE ON public.tasks REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_platform_statistics();

-- Name: transactions _510_platform_statistics_delete; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _510_platform_statistics_delete AFTER DELETE ON public.transactions REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_platform_statistics();

-- Name: tasks _510_platform_statistics_insert; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _510_platform_statistics_insert AFTER INSERT ON public.tasks REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_platform_statistics();

-- Name: transactions _510_platform_statistics_insert; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _510_platform_statistics_insert AFTER INSERT ON public.transactions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_platform_statistics();

-- Name: tasks _510_platform_statistics_update; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _510_platform_statistics_update AFTER UPDATE ON public.tasks REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_platform_statistics();

-- Name: transactions _510_platform_statistics_update; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _510_platform_statistics_update AFTER UPDATE ON public.transactions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_platform_statistics();

-- Name: tasks _515_task_days_delete; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _515_task_days_delete AFTER DELETE ON public.tasks REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION ops.count_task_days();

-- Name: tasks _515_task_days_insert; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _515_task_days_insert AFTER INSERT ON public.tasks REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ops.count_task_days();

-- Name: tasks _515_task_days_update; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _515_task_days_update AFTER UPDATE ON public.tasks REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ops.count_task_days();

-- Name: tasks _520_worker_last_active_insert; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _520_worker_last_active_insert AFTER INSERT ON public.tasks REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_worker_last_active();

-- Name: tasks _520_worker_last_active_update; Type: TRIGGER; Schema: public; Owner: -

CREATE TRIGGER _520_worker_last_active_update AFTER UPDATE ON public.tasks REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.update_worker_last_active();

-- Name: transfers transfers_credit_account_fkey; Type: FK CONSTRAINT; Schema: ledger; Owner: -

ALTER TABLE ONLY ledger.transfers
    ADD CONSTRAINT transfers_credit_account_fkey FOREIGN KEY (credit_account) REFERENCES ledger.accounts(id) ON DELETE RESTRICT;

-- Name: transfers transfers_debit_account_fkey; Type: FK CONSTRAINT; Schema: ledger; Owner: -

ALTER TABLE ONLY ledger.transfers
    ADD CONSTRAINT transfers_debit_account_fkey FOREIGN KEY (debit_account) REFERENCES ledger.accounts(id) ON DELETE RESTRICT;

-- Name: transfers transfers_deposit_id_fkey; Type: FK CONSTRAINT; Schema: ledger; Owner: -

ALTER TABLE ONLY ledger.transfers
    ADD CONSTRAINT transfers_deposit_id_fkey FOREIGN KEY (deposit_id) REFERENCES ops.deposits(id) ON DELETE RESTRICT;

-- Name: transfers transfers_loan_id_fkey; Type: FK CONSTRAINT; Schema: ledger; Owner: -

ALTER TABLE ONLY ledger.transfers
    ADD CONSTRAINT transfers_loan_id_fkey FOREIGN KEY (loan_id) REFERENCES public.loans(id) ON DELETE RESTRICT;

-- Name: transfers transfers_stream_id_fkey; Type: FK CONSTRAINT; Schema: ledger; Owner: -

ALTER TABLE ONLY ledger.transfers
    ADD CONSTRAINT transfers_stream_id_fkey FOREIGN KEY (stream_id) REFERENCES public.streams(id) ON DELETE RESTRICT;

-- Name: transfers transfers_task_id_fkey; Type: FK CONSTRAINT; Schema: ledger; Owner: -

ALTER TABLE ONLY ledger.transfers
    ADD CONSTRAINT transfers_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.tasks(id) ON DELETE RESTRICT;

-- Name: transfers transfers_transaction_id_fkey; Type: FK CONSTRAINT; Schema: ledger; Owner: -

ALTER TABLE ONLY ledger.transfers
    ADD CONSTRAINT transfers_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES public.transactions(id) ON DELETE RESTRICT;

-- Name: advance_terms advance_terms_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.advance_terms
    ADD CONSTRAINT advance_terms_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: api_key_uses api_key_uses_key_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.api_key_uses
    ADD CONSTRAINT api_key_uses_key_id_fkey FOREIGN KEY (key_id) REFERENCES ops.api_keys(id) ON DELETE CASCADE;

-- Name: api_keys api_keys_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.api_keys
    ADD CONSTRAINT api_keys_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: api_keys api_keys_replaced_by_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.api_keys
    ADD CONSTRAINT api_keys_replaced_by_fkey FOREIGN KEY (replaced_by) REFERENCES ops.api_keys(id);

-- Name: appeals appeals_event_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.appeals
    ADD CONSTRAINT appeals_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.reputation_events(id) ON DELETE CASCADE;

-- Name: balance_alerts balance_alerts_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.balance_alerts
    ADD CONSTRAINT balance_alerts_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: chain_breaks chain_breaks_closed_by_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.chain_breaks
    ADD CONSTRAINT chain_breaks_closed_by_fkey FOREIGN KEY (closed_by) REFERENCES ops.reconciliations(id);

-- Name: chain_breaks chain_breaks_found_by_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.chain_breaks
    ADD CONSTRAINT chain_breaks_found_by_fkey FOREIGN KEY (found_by) REFERENCES ops.reconciliations(id);

-- Name: circle_polls circle_polls_settlement_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.circle_polls
    ADD CONSTRAINT circle_polls_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES ops.settlements(id) ON DELETE RESTRICT;

-- Name: deposits deposits_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.deposits
    ADD CONSTRAINT deposits_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id);

-- Name: disputes disputes_task_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.disputes
    ADD CONSTRAINT disputes_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.tasks(id) ON DELETE CASCADE;

-- Name: due_streams due_streams_stream_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.due_streams
    ADD CONSTRAINT due_streams_stream_id_fkey FOREIGN KEY (stream_id) REFERENCES public.streams(id) ON DELETE CASCADE;

-- Name: earning_days earning_days_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.earning_days
    ADD CONSTRAINT earning_days_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: inbound_secrets inbound_secrets_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.inbound_secrets
    ADD CONSTRAINT inbound_secrets_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: invites invites_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.invites
    ADD CONSTRAINT invites_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: invites invites_worker_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.invites
    ADD CONSTRAINT invites_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id) ON DELETE CASCADE;

-- Name: loan_quotes loan_quotes_loan_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.loan_quotes
    ADD CONSTRAINT loan_quotes_loan_id_fkey FOREIGN KEY (loan_id) REFERENCES public.loans(id) ON DELETE CASCADE;

-- Name: loan_quotes loan_quotes_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.loan_quotes
    ADD CONSTRAINT loan_quotes_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: loan_quotes loan_quotes_worker_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.loan_quotes
    ADD CONSTRAINT loan_quotes_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id) ON DELETE CASCADE;

-- Name: memberships memberships_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.memberships
    ADD CONSTRAINT memberships_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: memberships memberships_worker_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.memberships
    ADD CONSTRAINT memberships_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id) ON DELETE CASCADE;

-- Name: ordered_wallets ordered_wallets_order_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.ordered_wallets
    ADD CONSTRAINT ordered_wallets_order_id_fkey FOREIGN KEY (order_id) REFERENCES ops.wallet_orders(id) ON DELETE RESTRICT;

-- Name: outbox outbox_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.outbox
    ADD CONSTRAINT outbox_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id);

-- Name: paid_workers paid_workers_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.paid_workers
    ADD CONSTRAINT paid_workers_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: payout_days payout_days_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.payout_days
    ADD CONSTRAINT payout_days_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: payout_retries payout_retries_retry_of_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.payout_retries
    ADD CONSTRAINT payout_retries_retry_of_fkey FOREIGN KEY (retry_of) REFERENCES public.transactions(id) ON DELETE RESTRICT;

-- Name: payout_retries payout_retries_transaction_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.payout_retries
    ADD CONSTRAINT payout_retries_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES public.transactions(id) ON DELETE RESTRICT;

-- Name: refresh_tokens refresh_tokens_worker_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.refresh_tokens
    ADD CONSTRAINT refresh_tokens_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id) ON DELETE CASCADE;

-- Name: reports reports_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.reports
    ADD CONSTRAINT reports_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: settlement_attempts settlement_attempts_settlement_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.settlement_attempts
    ADD CONSTRAINT settlement_attempts_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES ops.settlements(id) ON DELETE RESTRICT;

-- Name: settlement_payments settlement_payments_settlement_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.settlement_payments
    ADD CONSTRAINT settlement_payments_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES ops.settlements(id) ON DELETE RESTRICT;

-- Name: settlement_payments settlement_payments_transaction_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.settlement_payments
    ADD CONSTRAINT settlement_payments_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES public.transactions(id) ON DELETE RESTRICT;

-- Name: task_days task_days_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.task_days
    ADD CONSTRAINT task_days_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: told_releases told_releases_stream_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.told_releases
    ADD CONSTRAINT told_releases_stream_id_fkey FOREIGN KEY (stream_id) REFERENCES public.streams(id) ON DELETE RESTRICT;

-- Name: told_releases told_releases_transaction_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.told_releases
    ADD CONSTRAINT told_releases_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES public.transactions(id) ON DELETE RESTRICT;

-- Name: transaction_states transaction_states_transaction_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.transaction_states
    ADD CONSTRAINT transaction_states_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES public.transactions(id) ON DELETE CASCADE;

-- Name: webhook_deliveries webhook_deliveries_endpoint_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES ops.webhook_endpoints(id) ON DELETE CASCADE;

-- Name: webhook_deliveries webhook_deliveries_event_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_event_id_fkey FOREIGN KEY (event_id) REFERENCES ops.outbox(id) ON DELETE CASCADE;

-- Name: webhook_deliveries webhook_deliveries_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: webhook_endpoints webhook_endpoints_platform_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: worker_counters worker_counters_worker_id_fkey; Type: FK CONSTRAINT; Schema: ops; Owner: -

ALTER TABLE ONLY ops.worker_counters
    ADD CONSTRAINT worker_counters_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id) ON DELETE CASCADE;

-- Name: loans loans_platform_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.loans
    ADD CONSTRAINT loans_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id);

-- Name: loans loans_worker_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.loans
    ADD CONSTRAINT loans_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id) ON DELETE CASCADE;

-- Name: reputation_events reputation_events_worker_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.reputation_events
    ADD CONSTRAINT reputation_events_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id) ON DELETE CASCADE;

-- Name: streams streams_platform_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.streams
    ADD CONSTRAINT streams_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id);

-- Name: streams streams_task_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.streams
    ADD CONSTRAINT streams_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.tasks(id) ON DELETE CASCADE;

-- Name: streams streams_worker_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.streams
    ADD CONSTRAINT streams_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id) ON DELETE CASCADE;

-- Name: tasks tasks_platform_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id) ON DELETE CASCADE;

-- Name: tasks tasks_worker_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id) ON DELETE CASCADE;

-- Name: transactions transactions_platform_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT transactions_platform_id_fkey FOREIGN KEY (platform_id) REFERENCES public.platforms(id);

-- Name: transactions transactions_task_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT transactions_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.tasks(id) ON DELETE SET NULL;

-- Name: transactions transactions_worker_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -

ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT transactions_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id) ON DELETE CASCADE;

-- Name: accounts; Type: ROW SECURITY; Schema: ledger; Owner: -

ALTER TABLE ledger.accounts ENABLE ROW LEVEL SECURITY;

-- Name: accounts every_row; Type: POLICY; Schema: ledger; Owner: -

CREATE POLICY every_row ON ledger.accounts TO jobs, operator USING (true) WITH CHECK (true);

-- Name: transfers every_row; Type: POLICY; Schema: ledger; Owner: -

CREATE POLICY every_row ON ledger.transfers TO jobs, operator USING (true) WITH CHECK (true);

-- Name: accounts every_row_read; Type: POLICY; Schema: ledger; Owner: -

CREATE POLICY every_row_read ON ledger.accounts FOR SELECT TO auditor USING (true);

-- Name: transfers every_row_read; Type: POLICY; Schema: ledger; Owner: -

CREATE POLICY every_row_read ON ledger.transfers FOR SELECT TO auditor USING (true);

-- Name: transfers tenant_insert; Type: POLICY; Schema: ledger; Owner: -

CREATE POLICY tenant_insert ON ledger.transfers FOR INSERT TO api WITH CHECK (((EXISTS ( SELECT
   FROM ledger.accounts a
  WHERE ((a.id = transfers.debit_account) AND (a.owner_id = ( SELECT ops.tenant() AS tenant))))) AND (EXISTS ( SELECT
   FROM ledger.accounts a
  WHERE (a.id = transfers.credit_account)))));

-- Name: accounts tenant_read; Type: POLICY; Schema: ledger; Owner: -

CREATE POLICY tenant_read ON ledger.accounts FOR SELECT TO api USING (((( SELECT ops.tenant() AS tenant) = ANY (ARRAY[owner_id, platform_id])) AND ((kind <> 'worker_advance'::text) OR (owner_id = ( SELECT ops.tenant() AS tenant)))));

-- Name: transfers tenant_read; Type: POLICY; Schema: ledger; Owner: -

CREATE POLICY tenant_read ON ledger.transfers FOR SELECT TO api USING (((EXISTS ( SELECT
   FROM ledger.accounts a
  WHERE (a.id = ANY (ARRAY[transfers.debit_account, transfers.credit_account])))) AND ((loan_id IS NULL) OR (EXISTS ( SELECT
   FROM public.loans l
  WHERE (l.id = transfers.loan_id)
  ORDER BY l.id
 OFFSET 0)))));

-- Name: transfers; Type: ROW SECURITY; Schema: ledger; Owner: -

ALTER TABLE ledger.transfers ENABLE ROW LEVEL SECURITY;

-- Name: advance_terms; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.advance_terms ENABLE ROW LEVEL SECURITY;

-- Name: api_key_uses; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.api_key_uses ENABLE ROW LEVEL SECURITY;

-- Name: api_keys; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.api_keys ENABLE ROW LEVEL SECURITY;

-- Name: appeals; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.appeals ENABLE ROW LEVEL SECURITY;

-- Name: audit_places; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.audit_places ENABLE ROW LEVEL SECURITY;

-- Name: audit_seals; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.audit_seals ENABLE ROW LEVEL SECURITY;

-- Name: audit_waiting; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.audit_waiting ENABLE ROW LEVEL SECURITY;

-- Name: balance_alerts; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.balance_alerts ENABLE ROW LEVEL SECURITY;

-- Name: chain_breaks; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.chain_breaks ENABLE ROW LEVEL SECURITY;

-- Name: chain_cursors; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.chain_cursors ENABLE ROW LEVEL SECURITY;

-- Name: circle_keys; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.circle_keys ENABLE ROW LEVEL SECURITY;

-- Name: circle_notifications; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.circle_notifications ENABLE ROW LEVEL SECURITY;

-- Name: circle_polls; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.circle_polls ENABLE ROW LEVEL SECURITY;

-- Name: deposits; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.deposits ENABLE ROW LEVEL SECURITY;

-- Name: disputes; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.disputes ENABLE ROW LEVEL SECURITY;

-- Name: due_streams; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.due_streams ENABLE ROW LEVEL SECURITY;

-- Name: earning_days; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.earning_days ENABLE ROW LEVEL SECURITY;

-- Name: event_counters; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.event_counters ENABLE ROW LEVEL SECURITY;

-- Name: advance_terms every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.advance_terms TO jobs, operator USING (true) WITH CHECK (true);

-- Name: api_key_uses every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.api_key_uses TO jobs, operator USING (true) WITH CHECK (true);

-- Name: api_keys every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.api_keys TO jobs, operator USING (true) WITH CHECK (true);

-- Name: appeals every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.appeals TO jobs, operator USING (true) WITH CHECK (true);

-- Name: audit_places every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.audit_places TO jobs, operator USING (true) WITH CHECK (true);

-- Name: audit_seals every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.audit_seals TO jobs, operator USING (true) WITH CHECK (true);

-- Name: audit_waiting every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.audit_waiting TO jobs, operator USING (true) WITH CHECK (true);

-- Name: balance_alerts every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.balance_alerts TO jobs, operator USING (true) WITH CHECK (true);

-- Name: chain_breaks every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.chain_breaks TO jobs, operator USING (true) WITH CHECK (true);

-- Name: chain_cursors every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.chain_cursors TO jobs, operator USING (true) WITH CHECK (true);

-- Name: circle_keys every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.circle_keys TO jobs, operator USING (true) WITH CHECK (true);

-- Name: circle_notifications every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.circle_notifications TO jobs, operator USING (true) WITH CHECK (true);

-- Name: circle_polls every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.circle_polls TO jobs, operator USING (true) WITH CHECK (true);

-- Name: deposits every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.deposits TO jobs, operator USING (true) WITH CHECK (true);

-- Name: disputes every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.disputes TO jobs, operator USING (true) WITH CHECK (true);

-- Name: due_streams every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.due_streams TO jobs, operator USING (true) WITH CHECK (true);

-- Name: earning_days every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.earning_days TO jobs, operator USING (true) WITH CHECK (true);

-- Name: event_counters every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.event_counters TO jobs, operator USING (true) WITH CHECK (true);

-- Name: idempotency_keys every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.idempotency_keys TO jobs, operator USING (true) WITH CHECK (true);

-- Name: inbound_secrets every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.inbound_secrets TO jobs, operator USING (true) WITH CHECK (true);

-- Name: invites every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.invites TO jobs, operator USING (true) WITH CHECK (true);

-- Name: job_runs every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.job_runs TO jobs, operator USING (true) WITH CHECK (true);

-- Name: loan_quotes every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.loan_quotes TO jobs, operator USING (true) WITH CHECK (true);

-- Name: memberships every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.memberships TO jobs, operator USING (true) WITH CHECK (true);

-- Name: ordered_wallets every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.ordered_wallets TO jobs, operator USING (true) WITH CHECK (true);

-- Name: outbox every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.outbox TO jobs, operator USING (true) WITH CHECK (true);

-- Name: paid_workers every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.paid_workers TO jobs, operator USING (true) WITH CHECK (true);

-- Name: payout_days every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.payout_days TO jobs, operator USING (true) WITH CHECK (true);

-- Name: payout_retries every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.payout_retries TO jobs, operator USING (true) WITH CHECK (true);

-- Name: rate_limits every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.rate_limits TO jobs, operator USING (true) WITH CHECK (true);

-- Name: reconciliations every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.reconciliations TO jobs, operator USING (true) WITH CHECK (true);

-- Name: refresh_tokens every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.refresh_tokens TO jobs, operator USING (true) WITH CHECK (true);

-- Name: reports every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.reports TO jobs, operator USING (true) WITH CHECK (true);

-- Name: settlement_attempts every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.settlement_attempts TO jobs, operator USING (true) WITH CHECK (true);

-- Name: settlement_payments every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.settlement_payments TO jobs, operator USING (true) WITH CHECK (true);

-- Name: settlements every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.settlements TO jobs, operator USING (true) WITH CHECK (true);

-- Name: sign_in_failures every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.sign_in_failures TO jobs, operator USING (true) WITH CHECK (true);

-- Name: signers every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.signers TO jobs, operator USING (true) WITH CHECK (true);

-- Name: task_days every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.task_days TO jobs, operator USING (true) WITH CHECK (true);

-- Name: told_releases every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.told_releases TO jobs, operator USING (true) WITH CHECK (true);

-- Name: transaction_states every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.transaction_states TO jobs, operator USING (true) WITH CHECK (true);

-- Name: turns every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.turns TO jobs, operator USING (true) WITH CHECK (true);

-- Name: wallet_nonces every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.wallet_nonces TO jobs, operator USING (true) WITH CHECK (true);

-- Name: wallet_orders every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.wallet_orders TO jobs, operator USING (true) WITH CHECK (true);

-- Name: webhook_deliveries every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.webhook_deliveries TO jobs, operator USING (true) WITH CHECK (true);

-- Name: webhook_endpoints every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.webhook_endpoints TO jobs, operator USING (true) WITH CHECK (true);

-- Name: worker_counters every_row; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row ON ops.worker_counters TO jobs, operator USING (true) WITH CHECK (true);

-- Name: advance_terms every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.advance_terms FOR SELECT TO auditor USING (true);

-- Name: api_key_uses every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.api_key_uses FOR SELECT TO auditor USING (true);

-- Name: api_keys every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.api_keys FOR SELECT TO auditor USING (true);

-- Name: appeals every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.appeals FOR SELECT TO auditor USING (true);

-- Name: audit_places every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.audit_places FOR SELECT TO auditor USING (true);

-- Name: audit_seals every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.audit_seals FOR SELECT TO auditor USING (true);

-- Name: audit_waiting every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.audit_waiting FOR SELECT TO auditor USING (true);

-- Name: balance_alerts every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.balance_alerts FOR SELECT TO auditor USING (true);

-- Name: chain_breaks every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.chain_breaks FOR SELECT TO auditor USING (true);

-- Name: chain_cursors every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.chain_cursors FOR SELECT TO auditor USING (true);

-- Name: circle_keys every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.circle_keys FOR SELECT TO auditor USING (true);

-- Name: circle_notifications every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.circle_notifications FOR SELECT TO auditor USING (true);

-- Name: circle_polls every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.circle_polls FOR SELECT TO auditor USING (true);

-- Name: deposits every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.deposits FOR SELECT TO auditor USING (true);

-- Name: disputes every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.disputes FOR SELECT TO auditor USING (true);

-- Name: due_streams every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.due_streams FOR SELECT TO auditor USING (true);

-- Name: earning_days every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.earning_days FOR SELECT TO auditor USING (true);

-- Name: event_counters every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.event_counters FOR SELECT TO auditor USING (true);

-- Name: idempotency_keys every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.idempotency_keys FOR SELECT TO auditor USING (true);

-- Name: inbound_secrets every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.inbound_secrets FOR SELECT TO auditor USING (true);

-- Name: invites every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.invites FOR SELECT TO auditor USING (true);

-- Name: job_runs every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.job_runs FOR SELECT TO auditor USING (true);

-- Name: loan_quotes every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.loan_quotes FOR SELECT TO auditor USING (true);

-- Name: memberships every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.memberships FOR SELECT TO auditor USING (true);

-- Name: ordered_wallets every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.ordered_wallets FOR SELECT TO auditor USING (true);

-- Name: outbox every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.outbox FOR SELECT TO auditor USING (true);

-- Name: paid_workers every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.paid_workers FOR SELECT TO auditor USING (true);

-- Name: payout_days every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.payout_days FOR SELECT TO auditor USING (true);

-- Name: payout_retries every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.payout_retries FOR SELECT TO auditor USING (true);

-- Name: rate_limits every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.rate_limits FOR SELECT TO auditor USING (true);

-- Name: reconciliations every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.reconciliations FOR SELECT TO auditor USING (true);

-- Name: refresh_tokens every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.refresh_tokens FOR SELECT TO auditor USING (true);

-- Name: reports every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.reports FOR SELECT TO auditor USING (true);

-- Name: settlement_attempts every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.settlement_attempts FOR SELECT TO auditor USING (true);

-- Name: settlement_payments every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.settlement_payments FOR SELECT TO auditor USING (true);

-- Name: settlements every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.settlements FOR SELECT TO auditor USING (true);

-- Name: sign_in_failures every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.sign_in_failures FOR SELECT TO auditor USING (true);

-- Name: signers every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.signers FOR SELECT TO auditor USING (true);

-- Name: task_days every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.task_days FOR SELECT TO auditor USING (true);

-- Name: told_releases every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.told_releases FOR SELECT TO auditor USING (true);

-- Name: transaction_states every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.transaction_states FOR SELECT TO auditor USING (true);

-- Name: turns every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.turns FOR SELECT TO auditor USING (true);

-- Name: wallet_nonces every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.wallet_nonces FOR SELECT TO auditor USING (true);

-- Name: wallet_orders every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.wallet_orders FOR SELECT TO auditor USING (true);

-- Name: webhook_deliveries every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.webhook_deliveries FOR SELECT TO auditor USING (true);

-- Name: webhook_endpoints every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.webhook_endpoints FOR SELECT TO auditor USING (true);

-- Name: worker_counters every_row_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY every_row_read ON ops.worker_counters FOR SELECT TO auditor USING (true);

-- Name: idempotency_keys; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.idempotency_keys ENABLE ROW LEVEL SECURITY;

-- Name: inbound_secrets; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.inbound_secrets ENABLE ROW LEVEL SECURITY;

-- Name: invites; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.invites ENABLE ROW LEVEL SECURITY;

-- Name: job_runs; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.job_runs ENABLE ROW LEVEL SECURITY;

-- Name: loan_quotes; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.loan_quotes ENABLE ROW LEVEL SECURITY;

-- Name: memberships; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.memberships ENABLE ROW LEVEL SECURITY;

-- Name: ordered_wallets; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.ordered_wallets ENABLE ROW LEVEL SECURITY;

-- Name: outbox; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.outbox ENABLE ROW LEVEL SECURITY;

-- Name: paid_workers; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.paid_workers ENABLE ROW LEVEL SECURITY;

-- Name: payout_days; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.payout_days ENABLE ROW LEVEL SECURITY;

-- Name: payout_retries; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.payout_retries ENABLE ROW LEVEL SECURITY;

-- Name: rate_limits; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.rate_limits ENABLE ROW LEVEL SECURITY;

-- Name: reconciliations; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.reconciliations ENABLE ROW LEVEL SECURITY;

-- Name: refresh_tokens; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.refresh_tokens ENABLE ROW LEVEL SECURITY;

-- Name: reports; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.reports ENABLE ROW LEVEL SECURITY;

-- Name: settlement_attempts; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.settlement_attempts ENABLE ROW LEVEL SECURITY;

-- Name: settlement_payments; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.settlement_payments ENABLE ROW LEVEL SECURITY;

-- Name: settlements; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.settlements ENABLE ROW LEVEL SECURITY;

-- Name: sign_in_failures; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.sign_in_failures ENABLE ROW LEVEL SECURITY;

-- Name: circle_polls signer_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY signer_read ON ops.circle_polls FOR SELECT TO signer USING (true);

-- Name: settlement_attempts signer_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY signer_read ON ops.settlement_attempts FOR SELECT TO signer USING (true);

-- Name: settlement_payments signer_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY signer_read ON ops.settlement_payments FOR SELECT TO signer USING (true);

-- Name: settlements signer_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY signer_read ON ops.settlements FOR SELECT TO signer USING (true);

-- Name: signers signer_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY signer_read ON ops.signers FOR SELECT TO signer USING (true);

-- Name: job_runs signer_runs; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY signer_runs ON ops.job_runs FOR INSERT TO signer WITH CHECK (true);

-- Name: signers; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.signers ENABLE ROW LEVEL SECURITY;

-- Name: task_days; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.task_days ENABLE ROW LEVEL SECURITY;

-- Name: advance_terms tenant_insert; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_insert ON ops.advance_terms FOR INSERT TO api WITH CHECK ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: api_keys tenant_insert; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_insert ON ops.api_keys FOR INSERT TO api WITH CHECK (((platform_id = ( SELECT ops.tenant() AS tenant)) AND (scopes <@ ( SELECT ops.scopes() AS scopes))));

-- Name: appeals tenant_insert; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_insert ON ops.appeals FOR INSERT TO api WITH CHECK ((EXISTS ( SELECT
   FROM public.reputation_events e
  WHERE ((e.id = appeals.event_id) AND (e.worker_id = ( SELECT ops.tenant() AS tenant))))));

-- Name: outbox tenant_insert; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_insert ON ops.outbox FOR INSERT TO api WITH CHECK (((( SELECT ops.tenant() AS tenant) = platform_id) OR (( SELECT ops.tenant() AS tenant) = worker_id)));

-- Name: reports tenant_insert; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_insert ON ops.reports FOR INSERT TO api WITH CHECK ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: loan_quotes tenant_quotes; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_quotes ON ops.loan_quotes TO api USING ((worker_id = ( SELECT ops.tenant() AS tenant))) WITH CHECK ((worker_id = ( SELECT ops.tenant() AS tenant)));

-- Name: advance_terms tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.advance_terms FOR SELECT TO api USING (((platform_id = ( SELECT ops.tenant() AS tenant)) OR (EXISTS ( SELECT
   FROM ops.memberships m
  WHERE ((m.worker_id = ( SELECT ops.tenant() AS tenant)) AND (m.platform_id = advance_terms.platform_id))))));

-- Name: api_key_uses tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.api_key_uses FOR SELECT TO api USING ((EXISTS ( SELECT
   FROM ops.api_keys k
  WHERE (k.id = api_key_uses.key_id))));

-- Name: api_keys tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.api_keys FOR SELECT TO api USING ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: appeals tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.appeals FOR SELECT TO api USING ((EXISTS ( SELECT
   FROM public.reputation_events e
  WHERE (e.id = appeals.event_id))));

-- Name: balance_alerts tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.balance_alerts FOR SELECT TO api USING ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: disputes tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.disputes FOR SELECT TO api USING ((EXISTS ( SELECT
   FROM public.tasks t
  WHERE (t.id = disputes.task_id))));

-- Name: earning_days tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.earning_days FOR SELECT TO api USING ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: memberships tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.memberships FOR SELECT TO api USING ((( SELECT ops.tenant() AS tenant) = ANY (ARRAY[platform_id, worker_id])));

-- Name: outbox tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.outbox FOR SELECT TO api USING (((platform_id = ( SELECT ops.tenant() AS tenant)) AND (object_type <> 'loan'::text)));

-- Name: payout_days tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.payout_days FOR SELECT TO api USING ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: payout_retries tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.payout_retries FOR SELECT TO api USING ((EXISTS ( SELECT
   FROM public.transactions x
  WHERE (x.id = payout_retries.retry_of))));

-- Name: reports tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.reports FOR SELECT TO api USING ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: settlement_payments tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.settlement_payments FOR SELECT TO api USING ((EXISTS ( SELECT
   FROM public.transactions x
  WHERE (x.id = settlement_payments.transaction_id))));

-- Name: settlements tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.settlements FOR SELECT TO api USING ((EXISTS ( SELECT
   FROM ops.settlement_payments p
  WHERE (p.settlement_id = settlements.id))));

-- Name: task_days tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.task_days FOR SELECT TO api USING ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: transaction_states tenant_read; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_read ON ops.transaction_states FOR SELECT TO api USING ((EXISTS ( SELECT
   FROM public.transactions x
  WHERE (x.id = transaction_states.transaction_id))));

-- Name: inbound_secrets tenant_rows; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_rows ON ops.inbound_secrets TO api USING ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: webhook_deliveries tenant_rows; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_rows ON ops.webhook_deliveries TO api USING ((( SELECT ops.tenant() AS tenant) = ANY (ARRAY[platform_id])));

-- Name: webhook_endpoints tenant_rows; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_rows ON ops.webhook_endpoints TO api USING ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: advance_terms tenant_write; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_write ON ops.advance_terms FOR UPDATE TO api USING ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: api_keys tenant_write; Type: POLICY; Schema: ops; Owner: -

CREATE POLICY tenant_write ON ops.api_keys FOR UPDATE TO api USING ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: told_releases; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.told_releases ENABLE ROW LEVEL SECURITY;

-- Name: transaction_states; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.transaction_states ENABLE ROW LEVEL SECURITY;

-- Name: turns; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.turns ENABLE ROW LEVEL SECURITY;

-- Name: wallet_nonces; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.wallet_nonces ENABLE ROW LEVEL SECURITY;

-- Name: wallet_orders; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.wallet_orders ENABLE ROW LEVEL SECURITY;

-- Name: webhook_deliveries; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.webhook_deliveries ENABLE ROW LEVEL SECURITY;

-- Name: webhook_endpoints; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.webhook_endpoints ENABLE ROW LEVEL SECURITY;

-- Name: worker_counters; Type: ROW SECURITY; Schema: ops; Owner: -

ALTER TABLE ops.worker_counters ENABLE ROW LEVEL SECURITY;

-- Name: audit_logs; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.audit_logs ENABLE ROW LEVEL SECURITY;

-- Name: audit_logs every_row; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row ON public.audit_logs TO jobs, operator USING (true) WITH CHECK (true);

-- Name: loans every_row; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row ON public.loans TO jobs, operator USING (true) WITH CHECK (true);

-- Name: platforms every_row; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row ON public.platforms TO jobs, operator USING (true) WITH CHECK (true);

-- Name: reputation_events every_row; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row ON public.reputation_events TO jobs, operator USING (true) WITH CHECK (true);

-- Name: streams every_row; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row ON public.streams TO jobs, operator USING (true) WITH CHECK (true);

-- Name: tasks every_row; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row ON public.tasks TO jobs, operator USING (true) WITH CHECK (true);

-- Name: transactions every_row; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row ON public.transactions TO jobs, operator USING (true) WITH CHECK (true);

-- Name: workers every_row; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row ON public.workers TO jobs, operator USING (true) WITH CHECK (true);

-- Name: audit_logs every_row_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row_read ON public.audit_logs FOR SELECT TO auditor USING (true);

-- Name: loans every_row_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row_read ON public.loans FOR SELECT TO auditor USING (true);

-- Name: platforms every_row_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row_read ON public.platforms FOR SELECT TO auditor USING (true);

-- Name: reputation_events every_row_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row_read ON public.reputation_events FOR SELECT TO auditor USING (true);

-- Name: streams every_row_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row_read ON public.streams FOR SELECT TO auditor USING (true);

-- Name: tasks every_row_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row_read ON public.tasks FOR SELECT TO auditor USING (true);

-- Name: transactions every_row_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row_read ON public.transactions FOR SELECT TO auditor USING (true);

-- Name: workers every_row_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY every_row_read ON public.workers FOR SELECT TO auditor USING (true);

-- Name: loans; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.loans ENABLE ROW LEVEL SECURITY;

-- Name: transactions payouts; Type: POLICY; Schema: public; Owner: -

CREATE POLICY payouts ON public.transactions FOR SELECT TO signer USING ((tx_type = 'payout'::text));

-- Name: platforms; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.platforms ENABLE ROW LEVEL SECURITY;

-- Name: reputation_events; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.reputation_events ENABLE ROW LEVEL SECURITY;

-- Name: streams; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.streams ENABLE ROW LEVEL SECURITY;

-- Name: tasks; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.tasks ENABLE ROW LEVEL SECURITY;

-- Name: audit_logs tenant_insert; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_insert ON public.audit_logs FOR INSERT TO api WITH CHECK ((actor_id = ( SELECT ops.tenant() AS tenant)));

-- Name: reputation_events tenant_insert; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_insert ON public.reputation_events FOR INSERT TO api WITH CHECK ((EXISTS ( SELECT
   FROM ops.memberships m
  WHERE ((m.platform_id = ( SELECT ops.tenant() AS tenant)) AND (m.worker_id = reputation_events.worker_id)))));

-- Name: streams tenant_insert; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_insert ON public.streams FOR INSERT TO api WITH CHECK ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: tasks tenant_insert; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_insert ON public.tasks FOR INSERT TO api WITH CHECK ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: audit_logs tenant_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_read ON public.audit_logs FOR SELECT TO api USING ((actor_id = ( SELECT ops.tenant() AS tenant)));

-- Name: loans tenant_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_read ON public.loans FOR SELECT TO api USING ((worker_id = ( SELECT ops.tenant() AS tenant)));

-- Name: platforms tenant_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_read ON public.platforms FOR SELECT TO api USING (((id = ( SELECT ops.tenant() AS tenant)) OR (EXISTS ( SELECT
   FROM ops.memberships m
  WHERE ((m.worker_id = ( SELECT ops.tenant() AS tenant)) AND (m.platform_id = platforms.id))))));

-- Name: reputation_events tenant_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_read ON public.reputation_events FOR SELECT TO api USING (((worker_id = ( SELECT ops.tenant() AS tenant)) OR (EXISTS ( SELECT
   FROM ops.memberships m
  WHERE ((m.platform_id = ( SELECT ops.tenant() AS tenant)) AND (m.worker_id = reputation_events.worker_id))
  ORDER BY m.worker_id
 OFFSET 0))));

-- Name: streams tenant_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_read ON public.streams FOR SELECT TO api USING ((( SELECT ops.tenant() AS tenant) = ANY (ARRAY[platform_id, worker_id])));

-- Name: tasks tenant_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_read ON public.tasks FOR SELECT TO api USING ((( SELECT ops.tenant() AS tenant) = ANY (ARRAY[platform_id, worker_id])));

-- Name: transactions tenant_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_read ON public.transactions FOR SELECT TO api USING (((( SELECT ops.tenant() AS tenant) = ANY (ARRAY[platform_id, worker_id])) AND ((tx_type = ANY (ARRAY['payout'::text, 'refund'::text])) OR (worker_id = ( SELECT ops.tenant() AS tenant)))));

-- Name: workers tenant_read; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_read ON public.workers FOR SELECT TO api USING (((id = ( SELECT ops.tenant() AS tenant)) OR (EXISTS ( SELECT
   FROM ops.memberships m
  WHERE ((m.platform_id = ( SELECT ops.tenant() AS tenant)) AND (m.worker_id = workers.id))))));

-- Name: streams tenant_write; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_write ON public.streams FOR UPDATE TO api USING ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: tasks tenant_write; Type: POLICY; Schema: public; Owner: -

CREATE POLICY tenant_write ON public.tasks FOR UPDATE TO api USING ((platform_id = ( SELECT ops.tenant() AS tenant)));

-- Name: transactions; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.transactions ENABLE ROW LEVEL SECURITY;

-- Name: workers; Type: ROW SECURITY; Schema: public; Owner: -

ALTER TABLE public.workers ENABLE ROW LEVEL SECURITY;

-- Name: SCHEMA ledger; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA ledger TO api;
GRANT USAGE ON SCHEMA ledger TO jobs;
GRANT USAGE ON SCHEMA ledger TO signer;
GRANT USAGE ON SCHEMA ledger TO operator;
GRANT USAGE ON SCHEMA ledger TO auditor;

-- Name: SCHEMA ops; Type: ACL; Schema: -; Owner: -

GRANT USAGE ON SCHEMA ops TO api;
GRANT USAGE ON SCHEMA ops TO jobs;
GRANT USAGE ON SCHEMA ops TO signer;
GRANT USAGE ON SCHEMA ops TO operator;
GRANT USAGE ON SCHEMA ops TO auditor;

-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: -

REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO api;
GRANT USAGE ON SCHEMA public TO jobs;
GRANT USAGE ON SCHEMA public TO signer;
GRANT USAGE ON SCHEMA public TO operator;
GRANT USAGE ON SCHEMA public TO auditor;

-- Name: FUNCTION account(p_kind text, p_owner_id uuid, p_platform_id uuid); Type: ACL; Schema: ledger; Owner: -

REVOKE ALL ON FUNCTION ledger.account(p_kind text, p_owner_id uuid, p_platform_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.account(p_kind text, p_owner_id uuid, p_platform_id uuid) TO api;
GRANT ALL ON FUNCTION ledger.account(p_kind text, p_owner_id uuid, p_platform_id uuid) TO jobs;
GRANT ALL ON FUNCTION ledger.account(p_kind text, p_owner_id uuid, p_platform_id uuid) TO operator;
GRANT ALL ON FUNCTION ledger.account(p_kind text, p_owner_id uuid, p_platform_id uuid) TO auditor;

-- Name: FUNCTION apply_transfers(); Type: ACL; Schema: ledger; Owner: -

REVOKE ALL ON FUNCTION ledger.apply_transfers() FROM PUBLIC;

-- Name: FUNCTION balance_at(p_account_id uuid, p_at timestamp with time zone); Type: ACL; Schema: ledger; Owner: -

REVOKE ALL ON FUNCTION ledger.balance_at(p_account_id uuid, p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.balance_at(p_account_id uuid, p_at timestamp with time zone) TO api;

-- Name: FUNCTION give_back(p_platform_id uuid, p_amount numeric, p_task_id uuid, p_stream_id uuid); Type: ACL; Schema: ledger; Owner: -

REVOKE ALL ON FUNCTION ledger.give_back(p_platform_id uuid, p_amount numeric, p_task_id uuid, p_stream_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.give_back(p_platform_id uuid, p_amount numeric, p_task_id uuid, p_stream_id uuid) TO api;

-- Name: FUNCTION uuid_v7(p_at timestamp with time zone); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.uuid_v7(p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.uuid_v7(p_at timestamp with time zone) TO api;
GRANT ALL ON FUNCTION ops.uuid_v7(p_at timestamp with time zone) TO jobs;
GRANT ALL ON FUNCTION ops.uuid_v7(p_at timestamp with time zone) TO operator;
GRANT ALL ON FUNCTION ops.uuid_v7(p_at timestamp with time zone) TO auditor;
GRANT ALL ON FUNCTION ops.uuid_v7(p_at timestamp with time zone) TO signer;

-- Name: TABLE tasks; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.tasks TO api;
GRANT SELECT,INSERT ON TABLE public.tasks TO jobs;
GRANT SELECT,INSERT,DELETE ON TABLE public.tasks TO operator;
GRANT SELECT ON TABLE public.tasks TO auditor;

-- Name: COLUMN tasks.worker_id; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(worker_id) ON TABLE public.tasks TO api;
GRANT UPDATE(worker_id) ON TABLE public.tasks TO jobs;
GRANT UPDATE(worker_id) ON TABLE public.tasks TO operator;

-- Name: COLUMN tasks.amount; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(amount) ON TABLE public.tasks TO api;
GRANT UPDATE(amount) ON TABLE public.tasks TO jobs;
GRANT UPDATE(amount) ON TABLE public.tasks TO operator;

-- Name: COLUMN tasks.paid_amount; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(paid_amount) ON TABLE public.tasks TO api;
GRANT UPDATE(paid_amount) ON TABLE public.tasks TO jobs;
GRANT UPDATE(paid_amount) ON TABLE public.tasks TO operator;

-- Name: COLUMN tasks.status; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(status) ON TABLE public.tasks TO api;
GRANT UPDATE(status) ON TABLE public.tasks TO jobs;
GRANT UPDATE(status) ON TABLE public.tasks TO operator;

-- Name: COLUMN tasks.verification_data; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(verification_data) ON TABLE public.tasks TO api;
GRANT UPDATE(verification_data) ON TABLE public.tasks TO jobs;
GRANT UPDATE(verification_data) ON TABLE public.tasks TO operator;

-- Name: COLUMN tasks.completion_proof; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(completion_proof) ON TABLE public.tasks TO api;
GRANT UPDATE(completion_proof) ON TABLE public.tasks TO jobs;
GRANT UPDATE(completion_proof) ON TABLE public.tasks TO operator;

-- Name: COLUMN tasks.rating; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(rating) ON TABLE public.tasks TO api;
GRANT UPDATE(rating) ON TABLE public.tasks TO jobs;
GRANT UPDATE(rating) ON TABLE public.tasks TO operator;

-- Name: COLUMN tasks.started_at; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(started_at) ON TABLE public.tasks TO api;
GRANT UPDATE(started_at) ON TABLE public.tasks TO jobs;
GRANT UPDATE(started_at) ON TABLE public.tasks TO operator;

-- Name: COLUMN tasks.completed_at; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(completed_at) ON TABLE public.tasks TO api;
GRANT UPDATE(completed_at) ON TABLE public.tasks TO jobs;
GRANT UPDATE(completed_at) ON TABLE public.tasks TO operator;

-- Name: COLUMN tasks.cancelled_at; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(cancelled_at) ON TABLE public.tasks TO api;
GRANT UPDATE(cancelled_at) ON TABLE public.tasks TO jobs;
GRANT UPDATE(cancelled_at) ON TABLE public.tasks TO operator;

-- Name: COLUMN tasks.disputed_at; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(disputed_at) ON TABLE public.tasks TO api;
GRANT UPDATE(disputed_at) ON TABLE public.tasks TO jobs;
GRANT UPDATE(disputed_at) ON TABLE public.tasks TO operator;

-- Name: FUNCTION hold(p_task public.tasks, p_amount numeric, p_stream_id uuid, p_seq integer); Type: ACL; Schema: ledger; Owner: -

REVOKE ALL ON FUNCTION ledger.hold(p_task public.tasks, p_amount numeric, p_stream_id uuid, p_seq integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.hold(p_task public.tasks, p_amount numeric, p_stream_id uuid, p_seq integer) TO api;

-- Name: FUNCTION lock_advance(p_worker_id uuid); Type: ACL; Schema: ledger; Owner: -

REVOKE ALL ON FUNCTION ledger.lock_advance(p_worker_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION ledger.lock_advance(p_worker_id uuid) TO api;

-- Name: FUNCTION repay(p_loans uuid[], p_amounts numeric[], p_from uuid[]); Type: ACL; Schema: ledger; Owner: -

REVOKE ALL ON FUNCTION ledger.repay(p_loans uuid[], p_amounts numeric[], p_from uuid[]) FROM PUBLIC;

-- Name: FUNCTION accept_invite(p_worker_id uuid, p_token_hash bytea); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.accept_invite(p_worker_id uuid, p_token_hash bytea) FROM PUBLIC;

-- Name: FUNCTION act_as(p_kind text, p_id uuid, p_address text, p_user_agent text); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.act_as(p_kind text, p_id uuid, p_address text, p_user_agent text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.act_as(p_kind text, p_id uuid, p_address text, p_user_agent text) TO api;

-- Name: FUNCTION admit_advance(p_worker_id uuid, p_platform_id uuid, p_mode text, p_amount numeric, p_predicted numeric, OUT limit_amount numeric, OUT risk_score integer); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.admit_advance(p_worker_id uuid, p_platform_id uuid, p_mode text, p_amount numeric, p_predicted numeric, OUT limit_amount numeric, OUT risk_score integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.admit_advance(p_worker_id uuid, p_platform_id uuid, p_mode text, p_amount numeric, p_predicted numeric, OUT limit_amount numeric, OUT risk_score integer) TO api;

-- Name: FUNCTION audit(p_action text, p_resource_type text, p_resource_id uuid, p_metadata jsonb); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.audit(p_action text, p_resource_type text, p_resource_id uuid, p_metadata jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.audit(p_action text, p_resource_type text, p_resource_id uuid, p_metadata jsonb) TO api;
GRANT ALL ON FUNCTION ops.audit(p_action text, p_resource_type text, p_resource_id uuid, p_metadata jsonb) TO jobs;
GRANT ALL ON FUNCTION ops.audit(p_action text, p_resource_type text, p_resource_id uuid, p_metadata jsonb) TO operator;
GRANT ALL ON FUNCTION ops.audit(p_action text, p_resource_type text, p_resource_id uuid, p_metadata jsonb) TO auditor;

-- Name: TABLE audit_logs; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.audit_logs TO api;
GRANT SELECT ON TABLE public.audit_logs TO jobs;
GRANT SELECT ON TABLE public.audit_logs TO operator;
GRANT SELECT ON TABLE public.audit_logs TO auditor;

-- Name: COLUMN audit_logs.actor_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(actor_id) ON TABLE public.audit_logs TO api;
GRANT INSERT(actor_id) ON TABLE public.audit_logs TO jobs;
GRANT INSERT(actor_id) ON TABLE public.audit_logs TO operator;

-- Name: COLUMN audit_logs.actor_type; Type: ACL; Schema: public; Owner: -

GRANT INSERT(actor_type) ON TABLE public.audit_logs TO api;
GRANT INSERT(actor_type) ON TABLE public.audit_logs TO jobs;
GRANT INSERT(actor_type) ON TABLE public.audit_logs TO operator;

-- Name: COLUMN audit_logs.action; Type: ACL; Schema: public; Owner: -

GRANT INSERT(action) ON TABLE public.audit_logs TO api;
GRANT INSERT(action) ON TABLE public.audit_logs TO jobs;
GRANT INSERT(action) ON TABLE public.audit_logs TO operator;

-- Name: COLUMN audit_logs.resource_type; Type: ACL; Schema: public; Owner: -

GRANT INSERT(resource_type) ON TABLE public.audit_logs TO api;
GRANT INSERT(resource_type) ON TABLE public.audit_logs TO jobs;
GRANT INSERT(resource_type) ON TABLE public.audit_logs TO operator;

-- Name: COLUMN audit_logs.resource_id; Type: ACL; Schema: public; Owner: -

GRANT INSERT(resource_id) ON TABLE public.audit_logs TO api;
GRANT INSERT(resource_id) ON TABLE public.audit_logs TO jobs;
GRANT INSERT(resource_id) ON TABLE public.audit_logs TO operator;

-- Name: COLUMN audit_logs.metadata; Type: ACL; Schema: public; Owner: -

GRANT INSERT(metadata) ON TABLE public.audit_logs TO api;
GRANT INSERT(metadata) ON TABLE public.audit_logs TO jobs;
GRANT INSERT(metadata) ON TABLE public.audit_logs TO operator;

-- Name: COLUMN audit_logs.ip_address; Type: ACL; Schema: public; Owner: -

GRANT INSERT(ip_address) ON TABLE public.audit_logs TO api;
GRANT INSERT(ip_address) ON TABLE public.audit_logs TO jobs;
GRANT INSERT(ip_address) ON TABLE public.audit_logs TO operator;

-- Name: COLUMN audit_logs.user_agent; Type: ACL; Schema: public; Owner: -

GRANT INSERT(user_agent) ON TABLE public.audit_logs TO api;
GRANT INSERT(user_agent) ON TABLE public.audit_logs TO jobs;
GRANT INSERT(user_agent) ON TABLE public.audit_logs TO operator;

-- Name: FUNCTION audit_digest(p_row public.audit_logs); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.audit_digest(p_row public.audit_logs) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.audit_digest(p_row public.audit_logs) TO jobs;
GRANT ALL ON FUNCTION ops.audit_digest(p_row public.audit_logs) TO operator;
GRANT ALL ON FUNCTION ops.audit_digest(p_row public.audit_logs) TO auditor;

-- Name: FUNCTION audit_each(p_action text, p_resource_type text, p_resource_ids uuid[]); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.audit_each(p_action text, p_resource_type text, p_resource_ids uuid[]) FROM PUBLIC;

-- Name: FUNCTION authenticate_key(p_key_hash bytea, p_scope text, p_address text, p_user_agent text); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.authenticate_key(p_key_hash bytea, p_scope text, p_address text, p_user_agent text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.authenticate_key(p_key_hash bytea, p_scope text, p_address text, p_user_agent text) TO api;

-- Name: FUNCTION authenticate_worker(p_worker_id uuid, p_session_id uuid, p_address text, p_user_agent text); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.authenticate_worker(p_worker_id uuid, p_session_id uuid, p_address text, p_user_agent text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.authenticate_worker(p_worker_id uuid, p_session_id uuid, p_address text, p_user_agent text) TO api;

-- Name: FUNCTION await_seal(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.await_seal() FROM PUBLIC;

-- Name: FUNCTION check_invariants(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.check_invariants() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.check_invariants() TO jobs;
GRANT ALL ON FUNCTION ops.check_invariants() TO operator;
GRANT ALL ON FUNCTION ops.check_invariants() TO auditor;

-- Name: FUNCTION circle_key(p_id uuid); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.circle_key(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.circle_key(p_id uuid) TO api;

-- Name: FUNCTION claim_deliveries(p_limit integer, p_each integer, p_lease interval); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.claim_deliveries(p_limit integer, p_each integer, p_lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.claim_deliveries(p_limit integer, p_each integer, p_lease interval) TO jobs;

-- Name: FUNCTION claim_request(p_route text, p_key text, p_request_hash bytea); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.claim_request(p_route text, p_key text, p_request_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.claim_request(p_route text, p_key text, p_request_hash bytea) TO api;

-- Name: FUNCTION count_key_request(p_key_hash bytea, p_address text, p_limit integer, OUT "limit" integer, OUT remaining integer, OUT reset integer); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.count_key_request(p_key_hash bytea, p_address text, p_limit integer, OUT "limit" integer, OUT remaining integer, OUT reset integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.count_key_request(p_key_hash bytea, p_address text, p_limit integer, OUT "limit" integer, OUT remaining integer, OUT reset integer) TO api;

-- Name: FUNCTION count_money_days(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.count_money_days() FROM PUBLIC;

-- Name: FUNCTION count_open_tasks(p_changes ops.task_change[]); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.count_open_tasks(p_changes ops.task_change[]) FROM PUBLIC;

-- Name: FUNCTION count_request(p_key text, p_limit integer, OUT "limit" integer, OUT remaining integer, OUT reset integer); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.count_request(p_key text, p_limit integer, OUT "limit" integer, OUT remaining integer, OUT reset integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.count_request(p_key text, p_limit integer, OUT "limit" integer, OUT remaining integer, OUT reset integer) TO api;

-- Name: FUNCTION count_task_days(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.count_task_days() FROM PUBLIC;

-- Name: FUNCTION disable_endpoints(p_endpoints uuid[], p_reason text); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.disable_endpoints(p_endpoints uuid[], p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.disable_endpoints(p_endpoints uuid[], p_reason text) TO jobs;

-- Name: FUNCTION email_hash(p_email text); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.email_hash(p_email text) FROM PUBLIC;

-- Name: FUNCTION emit(p_event text, p_platform_id uuid, p_worker_id uuid, p_object_type text, p_object_id uuid, p_payload jsonb); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.emit(p_event text, p_platform_id uuid, p_worker_id uuid, p_object_type text, p_object_id uuid, p_payload jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.emit(p_event text, p_platform_id uuid, p_worker_id uuid, p_object_type text, p_object_id uuid, p_payload jsonb) TO api;
GRANT ALL ON FUNCTION ops.emit(p_event text, p_platform_id uuid, p_worker_id uuid, p_object_type text, p_object_id uuid, p_payload jsonb) TO jobs;
GRANT ALL ON FUNCTION ops.emit(p_event text, p_platform_id uuid, p_worker_id uuid, p_object_type text, p_object_id uuid, p_payload jsonb) TO operator;
GRANT ALL ON FUNCTION ops.emit(p_event text, p_platform_id uuid, p_worker_id uuid, p_object_type text, p_object_id uuid, p_payload jsonb) TO auditor;

-- Name: FUNCTION end_payouts(p_payouts uuid[], p_tx_hash text, p_payment_nos bigint[], p_errors text[]); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.end_payouts(p_payouts uuid[], p_tx_hash text, p_payment_nos bigint[], p_errors text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.end_payouts(p_payouts uuid[], p_tx_hash text, p_payment_nos bigint[], p_errors text[]) TO jobs;

-- Name: FUNCTION end_session(p_session_id uuid); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.end_session(p_session_id uuid) FROM PUBLIC;

-- Name: TABLE settlements; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.settlements TO jobs;
GRANT SELECT ON TABLE ops.settlements TO signer;
GRANT SELECT ON TABLE ops.settlements TO operator;
GRANT SELECT ON TABLE ops.settlements TO auditor;

-- Name: COLUMN settlements.id; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(id) ON TABLE ops.settlements TO api;

-- Name: COLUMN settlements.rail; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(rail) ON TABLE ops.settlements TO api;

-- Name: COLUMN settlements.chain_id; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(chain_id) ON TABLE ops.settlements TO api;

-- Name: COLUMN settlements.contract; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(contract) ON TABLE ops.settlements TO api;

-- Name: COLUMN settlements.state; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(state) ON TABLE ops.settlements TO api;

-- Name: COLUMN settlements.tx_hash; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(tx_hash) ON TABLE ops.settlements TO api;

-- Name: COLUMN settlements.block_number; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(block_number) ON TABLE ops.settlements TO api;

-- Name: COLUMN settlements.block_hash; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(block_hash) ON TABLE ops.settlements TO api;

-- Name: COLUMN settlements.gas_used; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(gas_used) ON TABLE ops.settlements TO api;

-- Name: COLUMN settlements.gas_price; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(gas_price) ON TABLE ops.settlements TO api;

-- Name: COLUMN settlements.created_at; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(created_at) ON TABLE ops.settlements TO api;

-- Name: COLUMN settlements.updated_at; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(updated_at) ON TABLE ops.settlements TO api;

-- Name: FUNCTION end_settlement(p_settlement ops.settlements, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric, p_failed bigint[], p_error text, p_cleared boolean); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.end_settlement(p_settlement ops.settlements, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric, p_failed bigint[], p_error text, p_cleared boolean) FROM PUBLIC;

-- Name: FUNCTION event_data(p_object_type text, p_object_id uuid, p_worker_id uuid, p_payload jsonb); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.event_data(p_object_type text, p_object_id uuid, p_worker_id uuid, p_payload jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.event_data(p_object_type text, p_object_id uuid, p_worker_id uuid, p_payload jsonb) TO api;
GRANT ALL ON FUNCTION ops.event_data(p_object_type text, p_object_id uuid, p_worker_id uuid, p_payload jsonb) TO jobs;
GRANT ALL ON FUNCTION ops.event_data(p_object_type text, p_object_id uuid, p_worker_id uuid, p_payload jsonb) TO operator;
GRANT ALL ON FUNCTION ops.event_data(p_object_type text, p_object_id uuid, p_worker_id uuid, p_payload jsonb) TO auditor;

-- Name: FUNCTION event_position(p_event_id uuid); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.event_position(p_event_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.event_position(p_event_id uuid) TO api;

-- Name: FUNCTION guard_attempt(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.guard_attempt() FROM PUBLIC;

-- Name: FUNCTION guard_payment(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.guard_payment() FROM PUBLIC;

-- Name: FUNCTION guard_settlement(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.guard_settlement() FROM PUBLIC;

-- Name: TABLE streams; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.streams TO api;
GRANT SELECT,INSERT ON TABLE public.streams TO jobs;
GRANT SELECT,INSERT ON TABLE public.streams TO operator;
GRANT SELECT ON TABLE public.streams TO auditor;

-- Name: COLUMN streams.end_time; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(end_time) ON TABLE public.streams TO api;
GRANT UPDATE(end_time) ON TABLE public.streams TO jobs;
GRANT UPDATE(end_time) ON TABLE public.streams TO operator;

-- Name: COLUMN streams.total_amount; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(total_amount) ON TABLE public.streams TO api;
GRANT UPDATE(total_amount) ON TABLE public.streams TO jobs;
GRANT UPDATE(total_amount) ON TABLE public.streams TO operator;

-- Name: COLUMN streams.released_amount; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(released_amount) ON TABLE public.streams TO api;
GRANT UPDATE(released_amount) ON TABLE public.streams TO jobs;
GRANT UPDATE(released_amount) ON TABLE public.streams TO operator;

-- Name: COLUMN streams.anchor_time; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(anchor_time) ON TABLE public.streams TO api;
GRANT UPDATE(anchor_time) ON TABLE public.streams TO jobs;
GRANT UPDATE(anchor_time) ON TABLE public.streams TO operator;

-- Name: COLUMN streams.anchor_amount; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(anchor_amount) ON TABLE public.streams TO api;
GRANT UPDATE(anchor_amount) ON TABLE public.streams TO jobs;
GRANT UPDATE(anchor_amount) ON TABLE public.streams TO operator;

-- Name: COLUMN streams.next_release_at; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(next_release_at) ON TABLE public.streams TO api;
GRANT UPDATE(next_release_at) ON TABLE public.streams TO jobs;
GRANT UPDATE(next_release_at) ON TABLE public.streams TO operator;

-- Name: COLUMN streams.release_seq; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(release_seq) ON TABLE public.streams TO api;
GRANT UPDATE(release_seq) ON TABLE public.streams TO jobs;
GRANT UPDATE(release_seq) ON TABLE public.streams TO operator;

-- Name: COLUMN streams.status; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(status) ON TABLE public.streams TO api;
GRANT UPDATE(status) ON TABLE public.streams TO jobs;
GRANT UPDATE(status) ON TABLE public.streams TO operator;

-- Name: COLUMN streams.paused_at; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(paused_at) ON TABLE public.streams TO api;
GRANT UPDATE(paused_at) ON TABLE public.streams TO jobs;
GRANT UPDATE(paused_at) ON TABLE public.streams TO operator;

-- Name: COLUMN streams.cancelled_at; Type: ACL; Schema: public; Owner: -

GRANT UPDATE(cancelled_at) ON TABLE public.streams TO api;
GRANT UPDATE(cancelled_at) ON TABLE public.streams TO jobs;
GRANT UPDATE(cancelled_at) ON TABLE public.streams TO operator;

-- Name: FUNCTION halt_stream(p_stream public.streams); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.halt_stream(p_stream public.streams) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.halt_stream(p_stream public.streams) TO api;

-- Name: FUNCTION hand_on_scopes(p_scopes text[]); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.hand_on_scopes(p_scopes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.hand_on_scopes(p_scopes text[]) TO api;

-- Name: FUNCTION is_wanted(p_endpoint_id uuid, p_event_types text[], p_event text, p_object_type text, p_object_id uuid); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.is_wanted(p_endpoint_id uuid, p_event_types text[], p_event text, p_object_type text, p_object_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.is_wanted(p_endpoint_id uuid, p_event_types text[], p_event text, p_object_type text, p_object_id uuid) TO api;

-- Name: FUNCTION job_lag(p_job text); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.job_lag(p_job text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.job_lag(p_job text) TO jobs;
GRANT ALL ON FUNCTION ops.job_lag(p_job text) TO signer;
GRANT ALL ON FUNCTION ops.job_lag(p_job text) TO operator;
GRANT ALL ON FUNCTION ops.job_lag(p_job text) TO auditor;

-- Name: FUNCTION keep_circle_key(p_id uuid, p_public_key bytea); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.keep_circle_key(p_id uuid, p_public_key bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.keep_circle_key(p_id uuid, p_public_key bytea) TO api;

-- Name: FUNCTION keep_due_streams(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.keep_due_streams() FROM PUBLIC;

-- Name: FUNCTION lacking_scopes(p_scopes text[]); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.lacking_scopes(p_scopes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.lacking_scopes(p_scopes text[]) TO api;

-- Name: TABLE webhook_endpoints; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.webhook_endpoints TO api;
GRANT SELECT ON TABLE ops.webhook_endpoints TO jobs;
GRANT SELECT ON TABLE ops.webhook_endpoints TO operator;
GRANT SELECT ON TABLE ops.webhook_endpoints TO auditor;

-- Name: COLUMN webhook_endpoints.url; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(url) ON TABLE ops.webhook_endpoints TO api;
GRANT UPDATE(url) ON TABLE ops.webhook_endpoints TO jobs;

-- Name: COLUMN webhook_endpoints.event_types; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(event_types) ON TABLE ops.webhook_endpoints TO api;
GRANT UPDATE(event_types) ON TABLE ops.webhook_endpoints TO jobs;

-- Name: COLUMN webhook_endpoints.description; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(description) ON TABLE ops.webhook_endpoints TO api;
GRANT UPDATE(description) ON TABLE ops.webhook_endpoints TO jobs;

-- Name: COLUMN webhook_endpoints.secret_version; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(secret_version) ON TABLE ops.webhook_endpoints TO api;
GRANT UPDATE(secret_version) ON TABLE ops.webhook_endpoints TO jobs;

-- Name: COLUMN webhook_endpoints.secret_rotated_at; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(secret_rotated_at) ON TABLE ops.webhook_endpoints TO api;
GRANT UPDATE(secret_rotated_at) ON TABLE ops.webhook_endpoints TO jobs;

-- Name: COLUMN webhook_endpoints.failing_since; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(failing_since) ON TABLE ops.webhook_endpoints TO api;
GRANT UPDATE(failing_since) ON TABLE ops.webhook_endpoints TO jobs;

-- Name: COLUMN webhook_endpoints.disabled_at; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(disabled_at) ON TABLE ops.webhook_endpoints TO api;
GRANT UPDATE(disabled_at) ON TABLE ops.webhook_endpoints TO jobs;

-- Name: COLUMN webhook_endpoints.disabled_reason; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(disabled_reason) ON TABLE ops.webhook_endpoints TO api;
GRANT UPDATE(disabled_reason) ON TABLE ops.webhook_endpoints TO jobs;

-- Name: FUNCTION lock_endpoint(p_endpoint_id uuid); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.lock_endpoint(p_endpoint_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.lock_endpoint(p_endpoint_id uuid) TO api;

-- Name: FUNCTION lock_events(p_stream_id uuid); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.lock_events(p_stream_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.lock_events(p_stream_id uuid) TO api;

-- Name: FUNCTION lock_members(p_workers uuid[]); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.lock_members(p_workers uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.lock_members(p_workers uuid[]) TO api;

-- Name: FUNCTION lock_payout(p_transaction_id uuid); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.lock_payout(p_transaction_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.lock_payout(p_transaction_id uuid) TO jobs;

-- Name: FUNCTION lock_releases(p_accounts uuid[]); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.lock_releases(p_accounts uuid[]) FROM PUBLIC;

-- Name: FUNCTION lock_settlement(p_id uuid); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.lock_settlement(p_id uuid) FROM PUBLIC;

-- Name: FUNCTION lock_stream(p_stream_id uuid, p_states text[]); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.lock_stream(p_stream_id uuid, p_states text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.lock_stream(p_stream_id uuid, p_states text[]) TO api;

-- Name: FUNCTION lock_task(p_task_id uuid); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.lock_task(p_task_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.lock_task(p_task_id uuid) TO api;

-- Name: FUNCTION migration_version(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.migration_version() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.migration_version() TO api;

-- Name: FUNCTION mirror_api_key(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.mirror_api_key() FROM PUBLIC;

-- Name: FUNCTION mirror_webhook(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.mirror_webhook() FROM PUBLIC;

-- Name: FUNCTION next_due(p_job text, p_as_of timestamp with time zone, p_minimum numeric, p_age interval); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.next_due(p_job text, p_as_of timestamp with time zone, p_minimum numeric, p_age interval) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.next_due(p_job text, p_as_of timestamp with time zone, p_minimum numeric, p_age interval) TO jobs;
GRANT ALL ON FUNCTION ops.next_due(p_job text, p_as_of timestamp with time zone, p_minimum numeric, p_age interval) TO signer;
GRANT ALL ON FUNCTION ops.next_due(p_job text, p_as_of timestamp with time zone, p_minimum numeric, p_age interval) TO operator;
GRANT ALL ON FUNCTION ops.next_due(p_job text, p_as_of timestamp with time zone, p_minimum numeric, p_age interval) TO auditor;

-- Name: FUNCTION next_payment_no(p_chain_id bigint, p_contract ops.address); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.next_payment_no(p_chain_id bigint, p_contract ops.address) FROM PUBLIC;

-- Name: FUNCTION number_event(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.number_event() FROM PUBLIC;

-- Name: FUNCTION number_payments(p_settlement ops.settlements); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.number_payments(p_settlement ops.settlements) FROM PUBLIC;

-- Name: FUNCTION once_a_minute(p_key text); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.once_a_minute(p_key text) FROM PUBLIC;

-- Name: FUNCTION open_worker_counters(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.open_worker_counters() FROM PUBLIC;

-- Name: FUNCTION pause_signer(p_chain_id bigint, p_address ops.address, p_reason text); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.pause_signer(p_chain_id bigint, p_address ops.address, p_reason text) FROM PUBLIC;

-- Name: FUNCTION principal(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.principal() FROM PUBLIC;

-- Name: FUNCTION purge_expired(p_as_of timestamp with time zone, p_limit integer); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.purge_expired(p_as_of timestamp with time zone, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.purge_expired(p_as_of timestamp with time zone, p_limit integer) TO jobs;

-- Name: FUNCTION queue_deliveries(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.queue_deliveries() FROM PUBLIC;

-- Name: FUNCTION record_transaction_state(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.record_transaction_state() FROM PUBLIC;

-- Name: FUNCTION recount_accounts(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.recount_accounts() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.recount_accounts() TO jobs;
GRANT ALL ON FUNCTION ops.recount_accounts() TO operator;
GRANT ALL ON FUNCTION ops.recount_accounts() TO auditor;

-- Name: FUNCTION recount_advances(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.recount_advances() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.recount_advances() TO jobs;
GRANT ALL ON FUNCTION ops.recount_advances() TO operator;
GRANT ALL ON FUNCTION ops.recount_advances() TO auditor;

-- Name: FUNCTION recount_circle(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.recount_circle() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.recount_circle() TO jobs;
GRANT ALL ON FUNCTION ops.recount_circle() TO operator;
GRANT ALL ON FUNCTION ops.recount_circle() TO auditor;

-- Name: FUNCTION recount_days(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.recount_days() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.recount_days() TO jobs;
GRANT ALL ON FUNCTION ops.recount_days() TO operator;
GRANT ALL ON FUNCTION ops.recount_days() TO auditor;

-- Name: FUNCTION recount_deposits(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.recount_deposits() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.recount_deposits() TO jobs;
GRANT ALL ON FUNCTION ops.recount_deposits() TO operator;
GRANT ALL ON FUNCTION ops.recount_deposits() TO auditor;

-- Name: FUNCTION recount_events(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.recount_events() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.recount_events() TO jobs;
GRANT ALL ON FUNCTION ops.recount_events() TO operator;
GRANT ALL ON FUNCTION ops.recount_events() TO auditor;

-- Name: FUNCTION recount_platforms(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.recount_platforms() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.recount_platforms() TO jobs;
GRANT ALL ON FUNCTION ops.recount_platforms() TO operator;
GRANT ALL ON FUNCTION ops.recount_platforms() TO auditor;

-- Name: FUNCTION recount_reputation(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.recount_reputation() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.recount_reputation() TO jobs;
GRANT ALL ON FUNCTION ops.recount_reputation() TO operator;
GRANT ALL ON FUNCTION ops.recount_reputation() TO auditor;

-- Name: FUNCTION recount_settlements(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.recount_settlements() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.recount_settlements() TO jobs;
GRANT ALL ON FUNCTION ops.recount_settlements() TO operator;
GRANT ALL ON FUNCTION ops.recount_settlements() TO auditor;

-- Name: FUNCTION recount_tasks(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.recount_tasks() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.recount_tasks() TO jobs;
GRANT ALL ON FUNCTION ops.recount_tasks() TO operator;
GRANT ALL ON FUNCTION ops.recount_tasks() TO auditor;

-- Name: FUNCTION recount_transactions(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.recount_transactions() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.recount_transactions() TO jobs;
GRANT ALL ON FUNCTION ops.recount_transactions() TO operator;
GRANT ALL ON FUNCTION ops.recount_transactions() TO auditor;

-- Name: FUNCTION recount_workers(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.recount_workers() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.recount_workers() TO jobs;
GRANT ALL ON FUNCTION ops.recount_workers() TO operator;
GRANT ALL ON FUNCTION ops.recount_workers() TO auditor;

-- Name: FUNCTION refuse_change(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.refuse_change() FROM PUBLIC;

-- Name: FUNCTION require_attempt(p_settlement ops.settlements, p_tx_hash text); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.require_attempt(p_settlement ops.settlements, p_tx_hash text) FROM PUBLIC;

-- Name: FUNCTION require_payments(p_settlement ops.settlements, p_payment_nos bigint[]); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.require_payments(p_settlement ops.settlements, p_payment_nos bigint[]) FROM PUBLIC;

-- Name: FUNCTION require_platform(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.require_platform() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.require_platform() TO api;
GRANT ALL ON FUNCTION ops.require_platform() TO jobs;
GRANT ALL ON FUNCTION ops.require_platform() TO operator;
GRANT ALL ON FUNCTION ops.require_platform() TO auditor;

-- Name: FUNCTION require_scopes(p_scopes text[]); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.require_scopes(p_scopes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.require_scopes(p_scopes text[]) TO api;

-- Name: FUNCTION require_wallet(p_worker_id uuid); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.require_wallet(p_worker_id uuid) FROM PUBLIC;

-- Name: FUNCTION rfc3339(p_at timestamp with time zone); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.rfc3339(p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.rfc3339(p_at timestamp with time zone) TO api;
GRANT ALL ON FUNCTION ops.rfc3339(p_at timestamp with time zone) TO jobs;
GRANT ALL ON FUNCTION ops.rfc3339(p_at timestamp with time zone) TO operator;
GRANT ALL ON FUNCTION ops.rfc3339(p_at timestamp with time zone) TO auditor;

-- Name: FUNCTION scopes(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.scopes() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.scopes() TO api;

-- Name: FUNCTION seal_audit(p_limit integer); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.seal_audit(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.seal_audit(p_limit integer) TO jobs;

-- Name: FUNCTION seal_digest(p_previous bytea, p_number bigint, p_xid xid8, p_sealed_at timestamp with time zone, p_entries ops.audit_entry[]); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.seal_digest(p_previous bytea, p_number bigint, p_xid xid8, p_sealed_at timestamp with time zone, p_entries ops.audit_entry[]) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.seal_digest(p_previous bytea, p_number bigint, p_xid xid8, p_sealed_at timestamp with time zone, p_entries ops.audit_entry[]) TO jobs;
GRANT ALL ON FUNCTION ops.seal_digest(p_previous bytea, p_number bigint, p_xid xid8, p_sealed_at timestamp with time zone, p_entries ops.audit_entry[]) TO operator;
GRANT ALL ON FUNCTION ops.seal_digest(p_previous bytea, p_number bigint, p_xid xid8, p_sealed_at timestamp with time zone, p_entries ops.audit_entry[]) TO auditor;

-- Name: FUNCTION sign_in_lock(p_email text); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.sign_in_lock(p_email text) FROM PUBLIC;

-- Name: TABLE transactions; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.transactions TO api;
GRANT SELECT,INSERT,UPDATE ON TABLE public.transactions TO jobs;
GRANT SELECT,INSERT,UPDATE ON TABLE public.transactions TO operator;
GRANT SELECT ON TABLE public.transactions TO auditor;
GRANT SELECT ON TABLE public.transactions TO signer;

-- Name: FUNCTION start_payout(p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_task_id uuid); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.start_payout(p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_task_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.start_payout(p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_task_id uuid) TO jobs;

-- Name: FUNCTION start_payouts(p_accounts uuid[], p_amounts numeric[], p_streams uuid[], p_task_id uuid); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.start_payouts(p_accounts uuid[], p_amounts numeric[], p_streams uuid[], p_task_id uuid) FROM PUBLIC;

-- Name: FUNCTION start_session(p_worker_id uuid, p_token_hash bytea); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.start_session(p_worker_id uuid, p_token_hash bytea) FROM PUBLIC;

-- Name: FUNCTION store_answer(p_route text, p_key text, p_status integer, p_body text); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.store_answer(p_route text, p_key text, p_status integer, p_body text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.store_answer(p_route text, p_key text, p_status integer, p_body text) TO api;

-- Name: FUNCTION store_deliveries(p_results jsonb); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.store_deliveries(p_results jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.store_deliveries(p_results jsonb) TO jobs;

-- Name: FUNCTION stored_answer(p_route text, p_key text, OUT status smallint, OUT body text); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.stored_answer(p_route text, p_key text, OUT status smallint, OUT body text) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.stored_answer(p_route text, p_key text, OUT status smallint, OUT body text) TO api;

-- Name: FUNCTION take_turn(p_name text, p_interval interval, p_patience interval); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.take_turn(p_name text, p_interval interval, p_patience interval) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.take_turn(p_name text, p_interval interval, p_patience interval) TO api;
GRANT ALL ON FUNCTION ops.take_turn(p_name text, p_interval interval, p_patience interval) TO jobs;
GRANT ALL ON FUNCTION ops.take_turn(p_name text, p_interval interval, p_patience interval) TO signer;

-- Name: FUNCTION tell_releases(p_streams uuid[], p_payouts uuid[]); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.tell_releases(p_streams uuid[], p_payouts uuid[]) FROM PUBLIC;

-- Name: FUNCTION tell_reputation(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.tell_reputation() FROM PUBLIC;

-- Name: FUNCTION tenant(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.tenant() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.tenant() TO api;
GRANT ALL ON FUNCTION ops.tenant() TO jobs;
GRANT ALL ON FUNCTION ops.tenant() TO operator;
GRANT ALL ON FUNCTION ops.tenant() TO auditor;

-- Name: FUNCTION tenant_kind(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.tenant_kind() FROM PUBLIC;
GRANT ALL ON FUNCTION ops.tenant_kind() TO api;
GRANT ALL ON FUNCTION ops.tenant_kind() TO jobs;
GRANT ALL ON FUNCTION ops.tenant_kind() TO operator;
GRANT ALL ON FUNCTION ops.tenant_kind() TO auditor;

-- Name: FUNCTION touch(); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.touch() FROM PUBLIC;

-- Name: FUNCTION use_wallet_proof(p_proof ops.wallet_proof, p_purpose text); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.use_wallet_proof(p_proof ops.wallet_proof, p_purpose text) FROM PUBLIC;

-- Name: FUNCTION uuid_floor(p_at timestamp with time zone); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.uuid_floor(p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.uuid_floor(p_at timestamp with time zone) TO api;
GRANT ALL ON FUNCTION ops.uuid_floor(p_at timestamp with time zone) TO jobs;
GRANT ALL ON FUNCTION ops.uuid_floor(p_at timestamp with time zone) TO operator;
GRANT ALL ON FUNCTION ops.uuid_floor(p_at timestamp with time zone) TO auditor;

-- Name: FUNCTION verify_audit(p_anchors jsonb); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.verify_audit(p_anchors jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.verify_audit(p_anchors jsonb) TO jobs;
GRANT ALL ON FUNCTION ops.verify_audit(p_anchors jsonb) TO operator;
GRANT ALL ON FUNCTION ops.verify_audit(p_anchors jsonb) TO auditor;

-- Name: FUNCTION verify_own_audit(p_after uuid, p_limit integer); Type: ACL; Schema: ops; Owner: -

REVOKE ALL ON FUNCTION ops.verify_own_audit(p_after uuid, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION ops.verify_own_audit(p_after uuid, p_limit integer) TO api;

-- Name: TABLE loans; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.loans TO api;
GRANT SELECT,INSERT,UPDATE ON TABLE public.loans TO jobs;
GRANT SELECT,INSERT,UPDATE ON TABLE public.loans TO operator;
GRANT SELECT ON TABLE public.loans TO auditor;

-- Name: FUNCTION accept_advance(p_quote_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.accept_advance(p_quote_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.accept_advance(p_quote_id uuid) TO api;

-- Name: FUNCTION accrued_pay(p_worker_id uuid, p_platform_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.accrued_pay(p_worker_id uuid, p_platform_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.accrued_pay(p_worker_id uuid, p_platform_id uuid) TO api;

-- Name: FUNCTION advance_fee(p_mode text, p_amount numeric, p_risk_score integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.advance_fee(p_mode text, p_amount numeric, p_risk_score integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.advance_fee(p_mode text, p_amount numeric, p_risk_score integer) TO api;

-- Name: FUNCTION advance_limit(p_mode text, p_basis numeric, p_share_percent integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.advance_limit(p_mode text, p_basis numeric, p_share_percent integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.advance_limit(p_mode text, p_basis numeric, p_share_percent integer) TO api;

-- Name: FUNCTION alert_balances(p_after uuid, p_limit integer, OUT last_id uuid, OUT seen integer, OUT alerted integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.alert_balances(p_after uuid, p_limit integer, OUT last_id uuid, OUT seen integer, OUT alerted integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.alert_balances(p_after uuid, p_limit integer, OUT last_id uuid, OUT seen integer, OUT alerted integer) TO jobs;

-- Name: FUNCTION announce_expiring_keys(p_as_of timestamp with time zone, p_limit integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.announce_expiring_keys(p_as_of timestamp with time zone, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.announce_expiring_keys(p_as_of timestamp with time zone, p_limit integer) TO jobs;

-- Name: TABLE appeals; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.appeals TO api;
GRANT SELECT ON TABLE ops.appeals TO jobs;
GRANT SELECT ON TABLE ops.appeals TO operator;
GRANT SELECT ON TABLE ops.appeals TO auditor;

-- Name: COLUMN appeals.event_id; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(event_id) ON TABLE ops.appeals TO api;

-- Name: COLUMN appeals.reason; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(reason) ON TABLE ops.appeals TO api;

-- Name: COLUMN appeals.status; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(status) ON TABLE ops.appeals TO operator;

-- Name: COLUMN appeals.decided_at; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(decided_at) ON TABLE ops.appeals TO operator;

-- Name: FUNCTION appeal_event(p_event_id uuid, p_reason text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.appeal_event(p_event_id uuid, p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.appeal_event(p_event_id uuid, p_reason text) TO api;

-- Name: FUNCTION ask_circle(p_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.ask_circle(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ask_circle(p_id uuid) TO signer;

-- Name: FUNCTION assign_deposit(p_deposit_id uuid, p_platform_id uuid, OUT id uuid, OUT amount numeric, OUT available numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.assign_deposit(p_deposit_id uuid, p_platform_id uuid, OUT id uuid, OUT amount numeric, OUT available numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.assign_deposit(p_deposit_id uuid, p_platform_id uuid, OUT id uuid, OUT amount numeric, OUT available numeric) TO operator;

-- Name: FUNCTION cancel_stream(p_stream_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.cancel_stream(p_stream_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.cancel_stream(p_stream_id uuid) TO api;

-- Name: FUNCTION cancel_task(p_task_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.cancel_task(p_task_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.cancel_task(p_task_id uuid) TO api;

-- Name: FUNCTION circle_submitted(p_id uuid, p_circle_tx_id text, p_state text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.circle_submitted(p_id uuid, p_circle_tx_id text, p_state text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.circle_submitted(p_id uuid, p_circle_tx_id text, p_state text) TO signer;

-- Name: TABLE reports; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.reports TO api;
GRANT SELECT ON TABLE ops.reports TO jobs;
GRANT SELECT ON TABLE ops.reports TO operator;
GRANT SELECT ON TABLE ops.reports TO auditor;

-- Name: COLUMN reports.platform_id; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(platform_id) ON TABLE ops.reports TO api;

-- Name: COLUMN reports.kind; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(kind) ON TABLE ops.reports TO api;

-- Name: COLUMN reports.format; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(format) ON TABLE ops.reports TO api;

-- Name: COLUMN reports.from_date; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(from_date) ON TABLE ops.reports TO api;

-- Name: COLUMN reports.to_date; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(to_date) ON TABLE ops.reports TO api;

-- Name: COLUMN reports.status; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(status) ON TABLE ops.reports TO jobs;

-- Name: COLUMN reports.attempts; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(attempts) ON TABLE ops.reports TO jobs;

-- Name: COLUMN reports.leased_until; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(leased_until) ON TABLE ops.reports TO jobs;

-- Name: COLUMN reports.rows; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(rows) ON TABLE ops.reports TO jobs;

-- Name: COLUMN reports.bytes; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(bytes) ON TABLE ops.reports TO jobs;

-- Name: COLUMN reports.sha256; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(sha256) ON TABLE ops.reports TO jobs;

-- Name: COLUMN reports.finished_at; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(finished_at) ON TABLE ops.reports TO jobs;

-- Name: COLUMN reports.expires_at; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(expires_at) ON TABLE ops.reports TO jobs;

-- Name: FUNCTION claim_report(p_seconds integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.claim_report(p_seconds integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_report(p_seconds integer) TO jobs;

-- Name: FUNCTION clear_conflict(p_id uuid, p_outcome text, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric, p_failed bigint[]); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.clear_conflict(p_id uuid, p_outcome text, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric, p_failed bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.clear_conflict(p_id uuid, p_outcome text, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric, p_failed bigint[]) TO operator;

-- Name: FUNCTION complete_payment(p_transaction_id uuid, p_tx_hash text, p_payment_no bigint); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.complete_payment(p_transaction_id uuid, p_tx_hash text, p_payment_no bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.complete_payment(p_transaction_id uuid, p_tx_hash text, p_payment_no bigint) TO jobs;

-- Name: FUNCTION complete_reported_task(p_secret_id uuid, p_task_id uuid, p_external_id text, p_rating integer, p_completion_proof text, p_verification_data jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.complete_reported_task(p_secret_id uuid, p_task_id uuid, p_external_id text, p_rating integer, p_completion_proof text, p_verification_data jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.complete_reported_task(p_secret_id uuid, p_task_id uuid, p_external_id text, p_rating integer, p_completion_proof text, p_verification_data jsonb) TO api;

-- Name: FUNCTION complete_task(p_task_id uuid, p_rating integer, p_completion_proof text, p_verification_data jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.complete_task(p_task_id uuid, p_rating integer, p_completion_proof text, p_verification_data jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.complete_task(p_task_id uuid, p_rating integer, p_completion_proof text, p_verification_data jsonb) TO api;

-- Name: FUNCTION create_api_key(p_name text, p_scopes text[], p_expires_at timestamp with time zone, p_prefix text, p_key_hash bytea); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.create_api_key(p_name text, p_scopes text[], p_expires_at timestamp with time zone, p_prefix text, p_key_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_api_key(p_name text, p_scopes text[], p_expires_at timestamp with time zone, p_prefix text, p_key_hash bytea) TO api;

-- Name: FUNCTION create_stream(p_task_id uuid, p_end_time timestamp with time zone, p_start_time timestamp with time zone, p_release_interval integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.create_stream(p_task_id uuid, p_end_time timestamp with time zone, p_start_time timestamp with time zone, p_release_interval integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_stream(p_task_id uuid, p_end_time timestamp with time zone, p_start_time timestamp with time zone, p_release_interval integer) TO api;

-- Name: FUNCTION create_task(p_worker_id uuid, p_task_type text, p_amount numeric, p_title text, p_description text, p_metadata jsonb, p_external_id text, p_scheduled_at timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.create_task(p_worker_id uuid, p_task_type text, p_amount numeric, p_title text, p_description text, p_metadata jsonb, p_external_id text, p_scheduled_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_task(p_worker_id uuid, p_task_type text, p_amount numeric, p_title text, p_description text, p_metadata jsonb, p_external_id text, p_scheduled_at timestamp with time zone) TO api;

-- Name: FUNCTION create_tasks(p_tasks jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.create_tasks(p_tasks jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_tasks(p_tasks jsonb) TO api;

-- Name: FUNCTION create_webhook_endpoint(p_url text, p_event_types text[], p_description text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.create_webhook_endpoint(p_url text, p_event_types text[], p_description text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.create_webhook_endpoint(p_url text, p_event_types text[], p_description text) TO api;

-- Name: FUNCTION credentials(p_email text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.credentials(p_email text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.credentials(p_email text) TO api;

-- Name: FUNCTION credit_deposits(p_chain_id bigint, p_custody text, p_seen bigint, p_block bigint, p_logs jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.credit_deposits(p_chain_id bigint, p_custody text, p_seen bigint, p_block bigint, p_logs jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.credit_deposits(p_chain_id bigint, p_custody text, p_seen bigint, p_block bigint, p_logs jsonb) TO jobs;

-- Name: FUNCTION daily_earnings(p_days integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.daily_earnings(p_days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.daily_earnings(p_days integer) TO api;

-- Name: FUNCTION decide_appeal(p_appeal_id uuid, p_grant boolean, p_reason text, OUT id uuid, OUT status text, OUT worker_id uuid, OUT points integer, OUT score integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.decide_appeal(p_appeal_id uuid, p_grant boolean, p_reason text, OUT id uuid, OUT status text, OUT worker_id uuid, OUT points integer, OUT score integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.decide_appeal(p_appeal_id uuid, p_grant boolean, p_reason text, OUT id uuid, OUT status text, OUT worker_id uuid, OUT points integer, OUT score integer) TO operator;

-- Name: FUNCTION declare_conflict(p_id uuid, p_reason text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.declare_conflict(p_id uuid, p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.declare_conflict(p_id uuid, p_reason text) TO jobs;

-- Name: FUNCTION default_advance(p_loan_id uuid, p_as_of timestamp with time zone, OUT defaulted boolean); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.default_advance(p_loan_id uuid, p_as_of timestamp with time zone, OUT defaulted boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.default_advance(p_loan_id uuid, p_as_of timestamp with time zone, OUT defaulted boolean) TO jobs;

-- Name: FUNCTION delete_webhook_endpoint(p_endpoint_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.delete_webhook_endpoint(p_endpoint_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.delete_webhook_endpoint(p_endpoint_id uuid) TO api;

-- Name: FUNCTION deposit(p_amount numeric, OUT id uuid, OUT available numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.deposit(p_amount numeric, OUT id uuid, OUT available numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.deposit(p_amount numeric, OUT id uuid, OUT available numeric) TO api;

-- Name: TABLE disputes; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.disputes TO api;
GRANT SELECT ON TABLE ops.disputes TO jobs;
GRANT SELECT ON TABLE ops.disputes TO operator;
GRANT SELECT ON TABLE ops.disputes TO auditor;

-- Name: COLUMN disputes.to_worker; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(to_worker) ON TABLE ops.disputes TO operator;

-- Name: COLUMN disputes.resolved_at; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(resolved_at) ON TABLE ops.disputes TO operator;

-- Name: FUNCTION dispute_task(p_task_id uuid, p_reason text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.dispute_task(p_task_id uuid, p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.dispute_task(p_task_id uuid, p_reason text) TO api;

-- Name: FUNCTION erase_worker(p_worker_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.erase_worker(p_worker_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.erase_worker(p_worker_id uuid) TO api;

-- Name: FUNCTION fail_payment(p_transaction_id uuid, p_error text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.fail_payment(p_transaction_id uuid, p_error text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.fail_payment(p_transaction_id uuid, p_error text) TO jobs;

-- Name: FUNCTION finish_report(p_report_id uuid, p_attempt integer, p_rows bigint, p_bytes bigint, p_sha256 text, p_days integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.finish_report(p_report_id uuid, p_attempt integer, p_rows bigint, p_bytes bigint, p_sha256 text, p_days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.finish_report(p_report_id uuid, p_attempt integer, p_rows bigint, p_bytes bigint, p_sha256 text, p_days integer) TO jobs;

-- Name: FUNCTION finish_settlement(p_id uuid, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric, p_failed bigint[]); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.finish_settlement(p_id uuid, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric, p_failed bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.finish_settlement(p_id uuid, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric, p_failed bigint[]) TO jobs;

-- Name: FUNCTION finish_tasks(p_tasks uuid[]); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.finish_tasks(p_tasks uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.finish_tasks(p_tasks uuid[]) TO api;
GRANT ALL ON FUNCTION public.finish_tasks(p_tasks uuid[]) TO jobs;
GRANT ALL ON FUNCTION public.finish_tasks(p_tasks uuid[]) TO operator;
GRANT ALL ON FUNCTION public.finish_tasks(p_tasks uuid[]) TO auditor;

-- Name: FUNCTION fund_pool(p_amount numeric, OUT id uuid, OUT pool numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.fund_pool(p_amount numeric, OUT id uuid, OUT pool numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.fund_pool(p_amount numeric, OUT id uuid, OUT pool numeric) TO operator;

-- Name: FUNCTION give_back_settlement(p_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.give_back_settlement(p_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.give_back_settlement(p_id uuid) TO operator;

-- Name: FUNCTION invite_worker(p_email text, p_name text, p_token_hash bytea); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.invite_worker(p_email text, p_name text, p_token_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.invite_worker(p_email text, p_name text, p_token_hash bytea) TO api;

-- Name: FUNCTION issue_wallet_nonce(p_nonce text, p_address text, p_purpose text, OUT issued_at timestamp with time zone, OUT expires_at timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.issue_wallet_nonce(p_nonce text, p_address text, p_purpose text, OUT issued_at timestamp with time zone, OUT expires_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.issue_wallet_nonce(p_nonce text, p_address text, p_purpose text, OUT issued_at timestamp with time zone, OUT expires_at timestamp with time zone) TO api;

-- Name: FUNCTION keep_wallets(p_order_id uuid, p_wallets jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.keep_wallets(p_order_id uuid, p_wallets jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.keep_wallets(p_order_id uuid, p_wallets jsonb) TO jobs;

-- Name: FUNCTION next_due_release(); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.next_due_release() FROM PUBLIC;
GRANT ALL ON FUNCTION public.next_due_release() TO jobs;

-- Name: FUNCTION next_release(p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_interval integer, p_at timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.next_release(p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_interval integer, p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.next_release(p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_interval integer, p_at timestamp with time zone) TO api;
GRANT ALL ON FUNCTION public.next_release(p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_interval integer, p_at timestamp with time zone) TO jobs;
GRANT ALL ON FUNCTION public.next_release(p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_interval integer, p_at timestamp with time zone) TO operator;
GRANT ALL ON FUNCTION public.next_release(p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_interval integer, p_at timestamp with time zone) TO auditor;

-- Name: FUNCTION note_broadcast(p_tx_hash text, p_answer text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.note_broadcast(p_tx_hash text, p_answer text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.note_broadcast(p_tx_hash text, p_answer text) TO signer;

-- Name: FUNCTION note_circle_answer(p_id uuid, p_circle_tx_id text, p_state text, p_network_fee numeric, p_error text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.note_circle_answer(p_id uuid, p_circle_tx_id text, p_state text, p_network_fee numeric, p_error text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.note_circle_answer(p_id uuid, p_circle_tx_id text, p_state text, p_network_fee numeric, p_error text) TO jobs;
GRANT ALL ON FUNCTION public.note_circle_answer(p_id uuid, p_circle_tx_id text, p_state text, p_network_fee numeric, p_error text) TO signer;

-- Name: FUNCTION note_refusal(p_id uuid, p_error text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.note_refusal(p_id uuid, p_error text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.note_refusal(p_id uuid, p_error text) TO signer;

-- Name: FUNCTION observe_settlement(p_id uuid, p_is_missing boolean); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.observe_settlement(p_id uuid, p_is_missing boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.observe_settlement(p_id uuid, p_is_missing boolean) TO jobs;

-- Name: TABLE signers; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.signers TO jobs;
GRANT SELECT ON TABLE ops.signers TO signer;
GRANT SELECT ON TABLE ops.signers TO operator;
GRANT SELECT ON TABLE ops.signers TO auditor;

-- Name: FUNCTION open_signer(p_chain_id bigint, p_address ops.address, p_contract ops.address, p_chain_nonce bigint); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.open_signer(p_chain_id bigint, p_address ops.address, p_contract ops.address, p_chain_nonce bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.open_signer(p_chain_id bigint, p_address ops.address, p_contract ops.address, p_chain_nonce bigint) TO signer;

-- Name: FUNCTION order_report(p_kind text, p_format text, p_from_date date, p_to_date date); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.order_report(p_kind text, p_format text, p_from_date date, p_to_date date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.order_report(p_kind text, p_format text, p_from_date date, p_to_date date) TO api;

-- Name: FUNCTION order_wallets(p_limit integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.order_wallets(p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.order_wallets(p_limit integer) TO jobs;

-- Name: FUNCTION pause_stream(p_stream_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.pause_stream(p_stream_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.pause_stream(p_stream_id uuid) TO api;

-- Name: FUNCTION process_payment(p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_task_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.process_payment(p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_task_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.process_payment(p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_task_id uuid) TO jobs;

-- Name: FUNCTION queue_payouts(p_as_of timestamp with time zone, p_minimum numeric, p_threshold numeric, p_max_age interval, p_limit integer, OUT queued integer, OUT amount numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.queue_payouts(p_as_of timestamp with time zone, p_minimum numeric, p_threshold numeric, p_max_age interval, p_limit integer, OUT queued integer, OUT amount numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.queue_payouts(p_as_of timestamp with time zone, p_minimum numeric, p_threshold numeric, p_max_age interval, p_limit integer, OUT queued integer, OUT amount numeric) TO jobs;

-- Name: FUNCTION queue_settlements(p_rail text, p_chain_id bigint, p_signer ops.address, p_contract ops.address, p_batch integer, p_limit integer, OUT settlements integer, OUT payments integer, OUT amount numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.queue_settlements(p_rail text, p_chain_id bigint, p_signer ops.address, p_contract ops.address, p_batch integer, p_limit integer, OUT settlements integer, OUT payments integer, OUT amount numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.queue_settlements(p_rail text, p_chain_id bigint, p_signer ops.address, p_contract ops.address, p_batch integer, p_limit integer, OUT settlements integer, OUT payments integer, OUT amount numeric) TO jobs;

-- Name: TABLE loan_quotes; Type: ACL; Schema: ops; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE ops.loan_quotes TO api;
GRANT SELECT ON TABLE ops.loan_quotes TO jobs;
GRANT SELECT ON TABLE ops.loan_quotes TO operator;
GRANT SELECT ON TABLE ops.loan_quotes TO auditor;

-- Name: FUNCTION quote_advance(p_platform_id uuid, p_mode text, p_amount numeric, p_predicted numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.quote_advance(p_platform_id uuid, p_mode text, p_amount numeric, p_predicted numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.quote_advance(p_platform_id uuid, p_mode text, p_amount numeric, p_predicted numeric) TO api;

-- Name: FUNCTION rate_task(p_task_id uuid, p_rating integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.rate_task(p_task_id uuid, p_rating integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rate_task(p_task_id uuid, p_rating integer) TO api;

-- Name: FUNCTION record_reconciliation(p_chain_id bigint, p_custody text, p_block bigint, p_block_hash text, p_chain_custody numeric, p_book_custody numeric, p_in_flight numeric, p_made_up numeric, p_unmatched text[], p_breaks jsonb); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.record_reconciliation(p_chain_id bigint, p_custody text, p_block bigint, p_block_hash text, p_chain_custody numeric, p_book_custody numeric, p_in_flight numeric, p_made_up numeric, p_unmatched text[], p_breaks jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.record_reconciliation(p_chain_id bigint, p_custody text, p_block bigint, p_block_hash text, p_chain_custody numeric, p_book_custody numeric, p_in_flight numeric, p_made_up numeric, p_unmatched text[], p_breaks jsonb) TO jobs;

-- Name: FUNCTION recover_webhook_endpoint(p_endpoint_id uuid, p_since timestamp with time zone, p_all boolean); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.recover_webhook_endpoint(p_endpoint_id uuid, p_since timestamp with time zone, p_all boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.recover_webhook_endpoint(p_endpoint_id uuid, p_since timestamp with time zone, p_all boolean) TO api;

-- Name: TABLE webhook_deliveries; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.webhook_deliveries TO api;
GRANT SELECT ON TABLE ops.webhook_deliveries TO jobs;
GRANT SELECT ON TABLE ops.webhook_deliveries TO operator;
GRANT SELECT ON TABLE ops.webhook_deliveries TO auditor;

-- Name: COLUMN webhook_deliveries.platform_id; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(platform_id) ON TABLE ops.webhook_deliveries TO api;

-- Name: COLUMN webhook_deliveries.endpoint_id; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(endpoint_id) ON TABLE ops.webhook_deliveries TO api;

-- Name: COLUMN webhook_deliveries.event_id; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(event_id) ON TABLE ops.webhook_deliveries TO api;

-- Name: COLUMN webhook_deliveries.status; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(status) ON TABLE ops.webhook_deliveries TO api;
GRANT UPDATE(status) ON TABLE ops.webhook_deliveries TO jobs;

-- Name: COLUMN webhook_deliveries.attempts; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(attempts) ON TABLE ops.webhook_deliveries TO api;
GRANT UPDATE(attempts) ON TABLE ops.webhook_deliveries TO jobs;

-- Name: COLUMN webhook_deliveries.next_attempt_at; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(next_attempt_at) ON TABLE ops.webhook_deliveries TO api;
GRANT UPDATE(next_attempt_at) ON TABLE ops.webhook_deliveries TO jobs;

-- Name: COLUMN webhook_deliveries.leased_until; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(leased_until) ON TABLE ops.webhook_deliveries TO api;
GRANT UPDATE(leased_until) ON TABLE ops.webhook_deliveries TO jobs;

-- Name: COLUMN webhook_deliveries.last_attempt_at; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(last_attempt_at) ON TABLE ops.webhook_deliveries TO api;
GRANT UPDATE(last_attempt_at) ON TABLE ops.webhook_deliveries TO jobs;

-- Name: COLUMN webhook_deliveries.response_status; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(response_status) ON TABLE ops.webhook_deliveries TO api;
GRANT UPDATE(response_status) ON TABLE ops.webhook_deliveries TO jobs;

-- Name: COLUMN webhook_deliveries.response_body; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(response_body) ON TABLE ops.webhook_deliveries TO api;
GRANT UPDATE(response_body) ON TABLE ops.webhook_deliveries TO jobs;

-- Name: COLUMN webhook_deliveries.latency_ms; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(latency_ms) ON TABLE ops.webhook_deliveries TO api;
GRANT UPDATE(latency_ms) ON TABLE ops.webhook_deliveries TO jobs;

-- Name: COLUMN webhook_deliveries.error; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(error) ON TABLE ops.webhook_deliveries TO api;
GRANT UPDATE(error) ON TABLE ops.webhook_deliveries TO jobs;

-- Name: FUNCTION redeliver_webhook(p_delivery_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.redeliver_webhook(p_delivery_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.redeliver_webhook(p_delivery_id uuid) TO api;

-- Name: FUNCTION refresh_session(p_token_hash bytea, p_next_hash bytea); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.refresh_session(p_token_hash bytea, p_next_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.refresh_session(p_token_hash bytea, p_next_hash bytea) TO api;

-- Name: FUNCTION register_platform(p_name text, p_contact_email text, p_webhook_url text, p_wallet ops.wallet_proof, p_key_prefix text, p_key_hash bytea, p_scopes text[]); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.register_platform(p_name text, p_contact_email text, p_webhook_url text, p_wallet ops.wallet_proof, p_key_prefix text, p_key_hash bytea, p_scopes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.register_platform(p_name text, p_contact_email text, p_webhook_url text, p_wallet ops.wallet_proof, p_key_prefix text, p_key_hash bytea, p_scopes text[]) TO api;

-- Name: FUNCTION register_worker(p_name text, p_email text, p_password_hash text, p_wallet ops.wallet_proof, p_invite_hash bytea, p_token_hash bytea); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.register_worker(p_name text, p_email text, p_password_hash text, p_wallet ops.wallet_proof, p_invite_hash bytea, p_token_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.register_worker(p_name text, p_email text, p_password_hash text, p_wallet ops.wallet_proof, p_invite_hash bytea, p_token_hash bytea) TO api;

-- Name: FUNCTION release_batch(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT failed integer, OUT amount numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.release_batch(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT failed integer, OUT amount numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.release_batch(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT failed integer, OUT amount numeric) TO jobs;

-- Name: FUNCTION release_due(p_as_of timestamp with time zone, p_limit integer, OUT due integer, OUT released integer, OUT failed integer, OUT amount numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.release_due(p_as_of timestamp with time zone, p_limit integer, OUT due integer, OUT released integer, OUT failed integer, OUT amount numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.release_due(p_as_of timestamp with time zone, p_limit integer, OUT due integer, OUT released integer, OUT failed integer, OUT amount numeric) TO jobs;

-- Name: FUNCTION release_each(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT amount numeric, OUT failed uuid[]); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.release_each(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT amount numeric, OUT failed uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.release_each(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT amount numeric, OUT failed uuid[]) TO jobs;

-- Name: FUNCTION release_shard(p_as_of timestamp with time zone, p_platforms uuid[], p_limit integer, OUT due integer, OUT released integer, OUT failed integer, OUT amount numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.release_shard(p_as_of timestamp with time zone, p_platforms uuid[], p_limit integer, OUT due integer, OUT released integer, OUT failed integer, OUT amount numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.release_shard(p_as_of timestamp with time zone, p_platforms uuid[], p_limit integer, OUT due integer, OUT released integer, OUT failed integer, OUT amount numeric) TO jobs;

-- Name: FUNCTION release_shards(p_as_of timestamp with time zone, p_size integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.release_shards(p_as_of timestamp with time zone, p_size integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.release_shards(p_as_of timestamp with time zone, p_size integer) TO jobs;

-- Name: FUNCTION release_stream(p_stream_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.release_stream(p_stream_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.release_stream(p_stream_id uuid) TO api;

-- Name: FUNCTION release_streams(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT amount numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.release_streams(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT amount numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.release_streams(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT amount numeric) TO api;
GRANT ALL ON FUNCTION public.release_streams(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT amount numeric) TO jobs;
GRANT ALL ON FUNCTION public.release_streams(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT amount numeric) TO operator;
GRANT ALL ON FUNCTION public.release_streams(p_streams uuid[], p_as_of timestamp with time zone, OUT released integer, OUT amount numeric) TO auditor;

-- Name: FUNCTION repay_advance(p_loan_id uuid, p_amount numeric, p_platform_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.repay_advance(p_loan_id uuid, p_amount numeric, p_platform_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.repay_advance(p_loan_id uuid, p_amount numeric, p_platform_id uuid) TO api;

-- Name: FUNCTION request_payout(p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_minimum numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.request_payout(p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_minimum numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.request_payout(p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_minimum numeric) TO api;

-- Name: FUNCTION reserve_settlement(p_id uuid, p_chain_nonce bigint); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.reserve_settlement(p_id uuid, p_chain_nonce bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.reserve_settlement(p_id uuid, p_chain_nonce bigint) TO signer;

-- Name: FUNCTION resolve_dispute(p_task_id uuid, p_to_worker integer, OUT id uuid, OUT status text, OUT paid numeric, OUT refunded numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.resolve_dispute(p_task_id uuid, p_to_worker integer, OUT id uuid, OUT status text, OUT paid numeric, OUT refunded numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.resolve_dispute(p_task_id uuid, p_to_worker integer, OUT id uuid, OUT status text, OUT paid numeric, OUT refunded numeric) TO operator;

-- Name: FUNCTION resume_signer(p_chain_id bigint, p_address ops.address, p_chain_nonce bigint); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.resume_signer(p_chain_id bigint, p_address ops.address, p_chain_nonce bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.resume_signer(p_chain_id bigint, p_address ops.address, p_chain_nonce bigint) TO operator;

-- Name: FUNCTION resume_stream(p_stream_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.resume_stream(p_stream_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.resume_stream(p_stream_id uuid) TO api;

-- Name: FUNCTION retry_payment(p_transaction_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.retry_payment(p_transaction_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.retry_payment(p_transaction_id uuid) TO api;

-- Name: FUNCTION revert_settlement(p_id uuid, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric, p_error text); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.revert_settlement(p_id uuid, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric, p_error text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.revert_settlement(p_id uuid, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric, p_error text) TO jobs;

-- Name: FUNCTION revoke_api_key(p_key_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.revoke_api_key(p_key_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.revoke_api_key(p_key_id uuid) TO api;

-- Name: FUNCTION rotate_api_key(p_key_id uuid, p_overlap interval, p_prefix text, p_key_hash bytea); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.rotate_api_key(p_key_id uuid, p_overlap interval, p_prefix text, p_key_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rotate_api_key(p_key_id uuid, p_overlap interval, p_prefix text, p_key_hash bytea) TO api;

-- Name: FUNCTION rotate_inbound_secret(); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.rotate_inbound_secret() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rotate_inbound_secret() TO api;

-- Name: FUNCTION rotate_webhook_secret(p_endpoint_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.rotate_webhook_secret(p_endpoint_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rotate_webhook_secret(p_endpoint_id uuid) TO api;

-- Name: TABLE advance_terms; Type: ACL; Schema: ops; Owner: -

GRANT SELECT,INSERT,UPDATE ON TABLE ops.advance_terms TO api;
GRANT SELECT ON TABLE ops.advance_terms TO jobs;
GRANT SELECT ON TABLE ops.advance_terms TO operator;
GRANT SELECT ON TABLE ops.advance_terms TO auditor;

-- Name: FUNCTION set_advance_terms(p_enabled boolean, p_share_percent integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.set_advance_terms(p_enabled boolean, p_share_percent integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.set_advance_terms(p_enabled boolean, p_share_percent integer) TO api;

-- Name: FUNCTION set_platform_active(p_platform_id uuid, p_is_active boolean, OUT id uuid, OUT name text, OUT is_active boolean); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.set_platform_active(p_platform_id uuid, p_is_active boolean, OUT id uuid, OUT name text, OUT is_active boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.set_platform_active(p_platform_id uuid, p_is_active boolean, OUT id uuid, OUT name text, OUT is_active boolean) TO operator;

-- Name: FUNCTION sign_in(p_email text, p_worker_id uuid, p_invite_hash bytea, p_token_hash bytea); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.sign_in(p_email text, p_worker_id uuid, p_invite_hash bytea, p_token_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.sign_in(p_email text, p_worker_id uuid, p_invite_hash bytea, p_token_hash bytea) TO api;

-- Name: FUNCTION sign_out(); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.sign_out() FROM PUBLIC;
GRANT ALL ON FUNCTION public.sign_out() TO api;

-- Name: FUNCTION start_task(p_task_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.start_task(p_task_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.start_task(p_task_id uuid) TO api;

-- Name: FUNCTION store_attempt(p_id uuid, p_tx_hash text, p_raw bytea, p_gas bigint, p_max_fee numeric, p_priority numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.store_attempt(p_id uuid, p_tx_hash text, p_raw bytea, p_gas bigint, p_max_fee numeric, p_priority numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.store_attempt(p_id uuid, p_tx_hash text, p_raw bytea, p_gas bigint, p_max_fee numeric, p_priority numeric) TO signer;

-- Name: FUNCTION store_circle_notification(p_id uuid, p_type text, p_circle_tx_id text, p_reference uuid, p_state text, p_sent_at timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.store_circle_notification(p_id uuid, p_type text, p_circle_tx_id text, p_reference uuid, p_state text, p_sent_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.store_circle_notification(p_id uuid, p_type text, p_circle_tx_id text, p_reference uuid, p_state text, p_sent_at timestamp with time zone) TO api;

-- Name: FUNCTION stream_accrued(p_total numeric, p_anchor_amount numeric, p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_at timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.stream_accrued(p_total numeric, p_anchor_amount numeric, p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.stream_accrued(p_total numeric, p_anchor_amount numeric, p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_at timestamp with time zone) TO api;
GRANT ALL ON FUNCTION public.stream_accrued(p_total numeric, p_anchor_amount numeric, p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_at timestamp with time zone) TO jobs;
GRANT ALL ON FUNCTION public.stream_accrued(p_total numeric, p_anchor_amount numeric, p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_at timestamp with time zone) TO operator;
GRANT ALL ON FUNCTION public.stream_accrued(p_total numeric, p_anchor_amount numeric, p_anchor_time timestamp with time zone, p_end_time timestamp with time zone, p_at timestamp with time zone) TO auditor;

-- Name: FUNCTION test_webhook_endpoint(p_endpoint_id uuid); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.test_webhook_endpoint(p_endpoint_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.test_webhook_endpoint(p_endpoint_id uuid) TO api;

-- Name: FUNCTION top_up_stream(p_stream_id uuid, p_amount numeric, p_end_time timestamp with time zone); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.top_up_stream(p_stream_id uuid, p_amount numeric, p_end_time timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.top_up_stream(p_stream_id uuid, p_amount numeric, p_end_time timestamp with time zone) TO api;

-- Name: FUNCTION update_account_ages(p_as_of timestamp with time zone, p_after uuid, p_limit integer, OUT last_id uuid, OUT seen integer, OUT changed integer); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.update_account_ages(p_as_of timestamp with time zone, p_after uuid, p_limit integer, OUT last_id uuid, OUT seen integer, OUT changed integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.update_account_ages(p_as_of timestamp with time zone, p_after uuid, p_limit integer, OUT last_id uuid, OUT seen integer, OUT changed integer) TO jobs;

-- Name: COLUMN platforms.id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(id) ON TABLE public.platforms TO api;
GRANT SELECT(id) ON TABLE public.platforms TO jobs;
GRANT SELECT(id) ON TABLE public.platforms TO operator;
GRANT SELECT(id) ON TABLE public.platforms TO auditor;

-- Name: COLUMN platforms.name; Type: ACL; Schema: public; Owner: -

GRANT SELECT(name) ON TABLE public.platforms TO api;
GRANT SELECT(name) ON TABLE public.platforms TO jobs;
GRANT SELECT(name) ON TABLE public.platforms TO operator;
GRANT SELECT(name) ON TABLE public.platforms TO auditor;

-- Name: COLUMN platforms.api_key; Type: ACL; Schema: public; Owner: -

GRANT SELECT(api_key) ON TABLE public.platforms TO api;
GRANT SELECT(api_key) ON TABLE public.platforms TO jobs;
GRANT SELECT(api_key) ON TABLE public.platforms TO operator;
GRANT SELECT(api_key) ON TABLE public.platforms TO auditor;

-- Name: COLUMN platforms.webhook_url; Type: ACL; Schema: public; Owner: -

GRANT SELECT(webhook_url) ON TABLE public.platforms TO api;
GRANT SELECT(webhook_url) ON TABLE public.platforms TO jobs;
GRANT SELECT(webhook_url) ON TABLE public.platforms TO operator;
GRANT SELECT(webhook_url) ON TABLE public.platforms TO auditor;

-- Name: COLUMN platforms.contact_email; Type: ACL; Schema: public; Owner: -

GRANT SELECT(contact_email) ON TABLE public.platforms TO api;
GRANT SELECT(contact_email) ON TABLE public.platforms TO jobs;
GRANT SELECT(contact_email) ON TABLE public.platforms TO operator;
GRANT SELECT(contact_email) ON TABLE public.platforms TO auditor;

-- Name: COLUMN platforms.wallet_address; Type: ACL; Schema: public; Owner: -

GRANT SELECT(wallet_address) ON TABLE public.platforms TO api;
GRANT SELECT(wallet_address) ON TABLE public.platforms TO jobs;
GRANT SELECT(wallet_address) ON TABLE public.platforms TO operator;
GRANT SELECT(wallet_address) ON TABLE public.platforms TO auditor;

-- Name: COLUMN platforms.total_payouts; Type: ACL; Schema: public; Owner: -

GRANT SELECT(total_payouts) ON TABLE public.platforms TO api;
GRANT SELECT(total_payouts) ON TABLE public.platforms TO jobs;
GRANT SELECT(total_payouts) ON TABLE public.platforms TO operator;
GRANT SELECT(total_payouts) ON TABLE public.platforms TO auditor;

-- Name: COLUMN platforms.total_tasks; Type: ACL; Schema: public; Owner: -

GRANT SELECT(total_tasks) ON TABLE public.platforms TO api;
GRANT SELECT(total_tasks) ON TABLE public.platforms TO jobs;
GRANT SELECT(total_tasks) ON TABLE public.platforms TO operator;
GRANT SELECT(total_tasks) ON TABLE public.platforms TO auditor;

-- Name: COLUMN platforms.active_workers; Type: ACL; Schema: public; Owner: -

GRANT SELECT(active_workers) ON TABLE public.platforms TO api;
GRANT SELECT(active_workers) ON TABLE public.platforms TO jobs;
GRANT SELECT(active_workers) ON TABLE public.platforms TO operator;
GRANT SELECT(active_workers) ON TABLE public.platforms TO auditor;

-- Name: COLUMN platforms.is_active; Type: ACL; Schema: public; Owner: -

GRANT SELECT(is_active) ON TABLE public.platforms TO api;
GRANT SELECT(is_active) ON TABLE public.platforms TO jobs;
GRANT SELECT(is_active),UPDATE(is_active) ON TABLE public.platforms TO operator;
GRANT SELECT(is_active) ON TABLE public.platforms TO auditor;

-- Name: COLUMN platforms.created_at; Type: ACL; Schema: public; Owner: -

GRANT SELECT(created_at) ON TABLE public.platforms TO api;
GRANT SELECT(created_at) ON TABLE public.platforms TO jobs;
GRANT SELECT(created_at) ON TABLE public.platforms TO operator;
GRANT SELECT(created_at) ON TABLE public.platforms TO auditor;

-- Name: COLUMN platforms.updated_at; Type: ACL; Schema: public; Owner: -

GRANT SELECT(updated_at) ON TABLE public.platforms TO api;
GRANT SELECT(updated_at) ON TABLE public.platforms TO jobs;
GRANT SELECT(updated_at) ON TABLE public.platforms TO operator;
GRANT SELECT(updated_at) ON TABLE public.platforms TO auditor;

-- Name: FUNCTION update_platform(p_name text, p_contact_email text, p_wallet ops.wallet_proof, p_balance_low_threshold numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.update_platform(p_name text, p_contact_email text, p_wallet ops.wallet_proof, p_balance_low_threshold numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.update_platform(p_name text, p_contact_email text, p_wallet ops.wallet_proof, p_balance_low_threshold numeric) TO api;

-- Name: FUNCTION update_platform_statistics(); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.update_platform_statistics() FROM PUBLIC;

-- Name: FUNCTION update_reputation_score(); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.update_reputation_score() FROM PUBLIC;

-- Name: FUNCTION update_stream_amounts(); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.update_stream_amounts() FROM PUBLIC;

-- Name: FUNCTION update_webhook_endpoint(p_endpoint_id uuid, p_url text, p_event_types text[], p_description text, p_is_enabled boolean); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.update_webhook_endpoint(p_endpoint_id uuid, p_url text, p_event_types text[], p_description text, p_is_enabled boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.update_webhook_endpoint(p_endpoint_id uuid, p_url text, p_event_types text[], p_description text, p_is_enabled boolean) TO api;

-- Name: COLUMN workers.id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(id) ON TABLE public.workers TO api;
GRANT SELECT(id) ON TABLE public.workers TO jobs;
GRANT SELECT(id) ON TABLE public.workers TO operator;
GRANT SELECT(id) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.name; Type: ACL; Schema: public; Owner: -

GRANT SELECT(name) ON TABLE public.workers TO api;
GRANT SELECT(name) ON TABLE public.workers TO jobs;
GRANT SELECT(name) ON TABLE public.workers TO operator;
GRANT SELECT(name) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.email; Type: ACL; Schema: public; Owner: -

GRANT SELECT(email) ON TABLE public.workers TO api;
GRANT SELECT(email) ON TABLE public.workers TO jobs;
GRANT SELECT(email) ON TABLE public.workers TO operator;
GRANT SELECT(email) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.wallet_id; Type: ACL; Schema: public; Owner: -

GRANT SELECT(wallet_id) ON TABLE public.workers TO api;
GRANT SELECT(wallet_id),UPDATE(wallet_id) ON TABLE public.workers TO jobs;
GRANT SELECT(wallet_id) ON TABLE public.workers TO operator;
GRANT SELECT(wallet_id) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.wallet_address; Type: ACL; Schema: public; Owner: -

GRANT SELECT(wallet_address) ON TABLE public.workers TO api;
GRANT SELECT(wallet_address),UPDATE(wallet_address) ON TABLE public.workers TO jobs;
GRANT SELECT(wallet_address) ON TABLE public.workers TO operator;
GRANT SELECT(wallet_address) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.reputation_score; Type: ACL; Schema: public; Owner: -

GRANT SELECT(reputation_score) ON TABLE public.workers TO api;
GRANT SELECT(reputation_score) ON TABLE public.workers TO jobs;
GRANT SELECT(reputation_score) ON TABLE public.workers TO operator;
GRANT SELECT(reputation_score) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.account_age_days; Type: ACL; Schema: public; Owner: -

GRANT SELECT(account_age_days) ON TABLE public.workers TO api;
GRANT SELECT(account_age_days),UPDATE(account_age_days) ON TABLE public.workers TO jobs;
GRANT SELECT(account_age_days) ON TABLE public.workers TO operator;
GRANT SELECT(account_age_days) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.completion_rate; Type: ACL; Schema: public; Owner: -

GRANT SELECT(completion_rate) ON TABLE public.workers TO api;
GRANT SELECT(completion_rate) ON TABLE public.workers TO jobs;
GRANT SELECT(completion_rate) ON TABLE public.workers TO operator;
GRANT SELECT(completion_rate) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.total_tasks; Type: ACL; Schema: public; Owner: -

GRANT SELECT(total_tasks) ON TABLE public.workers TO api;
GRANT SELECT(total_tasks) ON TABLE public.workers TO jobs;
GRANT SELECT(total_tasks) ON TABLE public.workers TO operator;
GRANT SELECT(total_tasks) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.total_earned; Type: ACL; Schema: public; Owner: -

GRANT SELECT(total_earned) ON TABLE public.workers TO api;
GRANT SELECT(total_earned) ON TABLE public.workers TO jobs;
GRANT SELECT(total_earned) ON TABLE public.workers TO operator;
GRANT SELECT(total_earned) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.average_rating; Type: ACL; Schema: public; Owner: -

GRANT SELECT(average_rating) ON TABLE public.workers TO api;
GRANT SELECT(average_rating) ON TABLE public.workers TO jobs;
GRANT SELECT(average_rating) ON TABLE public.workers TO operator;
GRANT SELECT(average_rating) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.dispute_rate; Type: ACL; Schema: public; Owner: -

GRANT SELECT(dispute_rate) ON TABLE public.workers TO api;
GRANT SELECT(dispute_rate) ON TABLE public.workers TO jobs;
GRANT SELECT(dispute_rate) ON TABLE public.workers TO operator;
GRANT SELECT(dispute_rate) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.last_active_at; Type: ACL; Schema: public; Owner: -

GRANT SELECT(last_active_at) ON TABLE public.workers TO api;
GRANT SELECT(last_active_at) ON TABLE public.workers TO jobs;
GRANT SELECT(last_active_at) ON TABLE public.workers TO operator;
GRANT SELECT(last_active_at) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.created_at; Type: ACL; Schema: public; Owner: -

GRANT SELECT(created_at) ON TABLE public.workers TO api;
GRANT SELECT(created_at) ON TABLE public.workers TO jobs;
GRANT SELECT(created_at) ON TABLE public.workers TO operator;
GRANT SELECT(created_at) ON TABLE public.workers TO auditor;

-- Name: COLUMN workers.updated_at; Type: ACL; Schema: public; Owner: -

GRANT SELECT(updated_at) ON TABLE public.workers TO api;
GRANT SELECT(updated_at) ON TABLE public.workers TO jobs;
GRANT SELECT(updated_at) ON TABLE public.workers TO operator;
GRANT SELECT(updated_at) ON TABLE public.workers TO auditor;

-- Name: FUNCTION update_worker(p_name text, p_email text, p_wallet ops.wallet_proof); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.update_worker(p_name text, p_email text, p_wallet ops.wallet_proof) FROM PUBLIC;
GRANT ALL ON FUNCTION public.update_worker(p_name text, p_email text, p_wallet ops.wallet_proof) TO api;

-- Name: FUNCTION update_worker_last_active(); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.update_worker_last_active() FROM PUBLIC;

-- Name: FUNCTION update_worker_statistics(); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.update_worker_statistics() FROM PUBLIC;

-- Name: FUNCTION wallet_sign_in(p_proof ops.wallet_proof, p_token_hash bytea); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.wallet_sign_in(p_proof ops.wallet_proof, p_token_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.wallet_sign_in(p_proof ops.wallet_proof, p_token_hash bytea) TO api;

-- Name: FUNCTION who_am_i(); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.who_am_i() FROM PUBLIC;
GRANT ALL ON FUNCTION public.who_am_i() TO api;

-- Name: FUNCTION write_off_advance(p_loan_id uuid, OUT id uuid, OUT worker_id uuid, OUT recovered numeric, OUT lost numeric); Type: ACL; Schema: public; Owner: -

REVOKE ALL ON FUNCTION public.write_off_advance(p_loan_id uuid, OUT id uuid, OUT worker_id uuid, OUT recovered numeric, OUT lost numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.write_off_advance(p_loan_id uuid, OUT id uuid, OUT worker_id uuid, OUT recovered numeric, OUT lost numeric) TO operator;

-- Name: TABLE accounts; Type: ACL; Schema: ledger; Owner: -

GRANT SELECT ON TABLE ledger.accounts TO api;
GRANT SELECT ON TABLE ledger.accounts TO jobs;
GRANT SELECT ON TABLE ledger.accounts TO operator;
GRANT SELECT ON TABLE ledger.accounts TO auditor;

-- Name: TABLE transfers; Type: ACL; Schema: ledger; Owner: -

GRANT SELECT,INSERT ON TABLE ledger.transfers TO api;
GRANT SELECT,INSERT ON TABLE ledger.transfers TO jobs;
GRANT SELECT,INSERT ON TABLE ledger.transfers TO operator;
GRANT SELECT ON TABLE ledger.transfers TO auditor;

-- Name: TABLE api_key_uses; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.api_key_uses TO api;
GRANT SELECT ON TABLE ops.api_key_uses TO jobs;
GRANT SELECT ON TABLE ops.api_key_uses TO operator;
GRANT SELECT ON TABLE ops.api_key_uses TO auditor;

-- Name: COLUMN api_keys.id; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(id),INSERT(id) ON TABLE ops.api_keys TO api;
GRANT SELECT(id) ON TABLE ops.api_keys TO jobs;
GRANT SELECT(id) ON TABLE ops.api_keys TO auditor;

-- Name: COLUMN api_keys.platform_id; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(platform_id),INSERT(platform_id) ON TABLE ops.api_keys TO api;
GRANT SELECT(platform_id) ON TABLE ops.api_keys TO jobs;
GRANT SELECT(platform_id) ON TABLE ops.api_keys TO auditor;

-- Name: COLUMN api_keys.prefix; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(prefix),INSERT(prefix) ON TABLE ops.api_keys TO api;
GRANT SELECT(prefix) ON TABLE ops.api_keys TO jobs;
GRANT SELECT(prefix) ON TABLE ops.api_keys TO auditor;

-- Name: COLUMN api_keys.key_hash; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(key_hash) ON TABLE ops.api_keys TO api;

-- Name: COLUMN api_keys.scopes; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(scopes),INSERT(scopes) ON TABLE ops.api_keys TO api;
GRANT SELECT(scopes) ON TABLE ops.api_keys TO jobs;
GRANT SELECT(scopes) ON TABLE ops.api_keys TO auditor;

-- Name: COLUMN api_keys.expires_at; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(expires_at),INSERT(expires_at),UPDATE(expires_at) ON TABLE ops.api_keys TO api;
GRANT SELECT(expires_at) ON TABLE ops.api_keys TO jobs;
GRANT SELECT(expires_at) ON TABLE ops.api_keys TO auditor;

-- Name: COLUMN api_keys.revoked_at; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(revoked_at),UPDATE(revoked_at) ON TABLE ops.api_keys TO api;
GRANT SELECT(revoked_at) ON TABLE ops.api_keys TO jobs;
GRANT SELECT(revoked_at) ON TABLE ops.api_keys TO auditor;

-- Name: COLUMN api_keys.created_at; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(created_at) ON TABLE ops.api_keys TO api;
GRANT SELECT(created_at) ON TABLE ops.api_keys TO jobs;
GRANT SELECT(created_at) ON TABLE ops.api_keys TO auditor;

-- Name: COLUMN api_keys.name; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(name),INSERT(name) ON TABLE ops.api_keys TO api;
GRANT SELECT(name) ON TABLE ops.api_keys TO jobs;
GRANT SELECT(name) ON TABLE ops.api_keys TO auditor;

-- Name: COLUMN api_keys.replaced_by; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(replaced_by),UPDATE(replaced_by) ON TABLE ops.api_keys TO api;
GRANT SELECT(replaced_by) ON TABLE ops.api_keys TO jobs;
GRANT SELECT(replaced_by) ON TABLE ops.api_keys TO auditor;

-- Name: COLUMN api_keys.expiry_told_at; Type: ACL; Schema: ops; Owner: -

GRANT SELECT(expiry_told_at) ON TABLE ops.api_keys TO api;
GRANT SELECT(expiry_told_at),UPDATE(expiry_told_at) ON TABLE ops.api_keys TO jobs;
GRANT SELECT(expiry_told_at) ON TABLE ops.api_keys TO auditor;

-- Name: TABLE audit_places; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.audit_places TO jobs;
GRANT SELECT ON TABLE ops.audit_places TO operator;
GRANT SELECT ON TABLE ops.audit_places TO auditor;

-- Name: TABLE audit_seals; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.audit_seals TO jobs;
GRANT SELECT ON TABLE ops.audit_seals TO operator;
GRANT SELECT ON TABLE ops.audit_seals TO auditor;

-- Name: TABLE audit_waiting; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.audit_waiting TO jobs;
GRANT SELECT ON TABLE ops.audit_waiting TO operator;
GRANT SELECT ON TABLE ops.audit_waiting TO auditor;

-- Name: TABLE balance_alerts; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.balance_alerts TO api;
GRANT SELECT,INSERT,UPDATE ON TABLE ops.balance_alerts TO jobs;
GRANT SELECT ON TABLE ops.balance_alerts TO operator;
GRANT SELECT ON TABLE ops.balance_alerts TO auditor;

-- Name: TABLE chain_breaks; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.chain_breaks TO jobs;
GRANT SELECT ON TABLE ops.chain_breaks TO operator;
GRANT SELECT ON TABLE ops.chain_breaks TO auditor;

-- Name: TABLE chain_cursors; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.chain_cursors TO jobs;
GRANT SELECT ON TABLE ops.chain_cursors TO operator;
GRANT SELECT ON TABLE ops.chain_cursors TO auditor;

-- Name: TABLE circle_keys; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.circle_keys TO jobs;
GRANT SELECT ON TABLE ops.circle_keys TO operator;
GRANT SELECT ON TABLE ops.circle_keys TO auditor;

-- Name: TABLE circle_notifications; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.circle_notifications TO jobs;
GRANT SELECT ON TABLE ops.circle_notifications TO operator;
GRANT SELECT ON TABLE ops.circle_notifications TO auditor;

-- Name: TABLE circle_polls; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.circle_polls TO jobs;
GRANT SELECT ON TABLE ops.circle_polls TO signer;
GRANT SELECT ON TABLE ops.circle_polls TO operator;
GRANT SELECT ON TABLE ops.circle_polls TO auditor;

-- Name: TABLE deposits; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.deposits TO jobs;
GRANT SELECT ON TABLE ops.deposits TO operator;
GRANT SELECT ON TABLE ops.deposits TO auditor;

-- Name: TABLE due_streams; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.due_streams TO jobs;
GRANT SELECT ON TABLE ops.due_streams TO operator;
GRANT SELECT ON TABLE ops.due_streams TO auditor;

-- Name: TABLE earning_days; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.earning_days TO api;
GRANT SELECT ON TABLE ops.earning_days TO jobs;
GRANT SELECT ON TABLE ops.earning_days TO operator;
GRANT SELECT ON TABLE ops.earning_days TO auditor;

-- Name: TABLE event_counters; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.event_counters TO jobs;
GRANT SELECT ON TABLE ops.event_counters TO operator;
GRANT SELECT ON TABLE ops.event_counters TO auditor;

-- Name: TABLE inbound_secrets; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.inbound_secrets TO api;
GRANT SELECT ON TABLE ops.inbound_secrets TO jobs;
GRANT SELECT ON TABLE ops.inbound_secrets TO operator;
GRANT SELECT ON TABLE ops.inbound_secrets TO auditor;

-- Name: COLUMN inbound_secrets.platform_id; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(platform_id) ON TABLE ops.inbound_secrets TO api;

-- Name: COLUMN inbound_secrets.expires_at; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(expires_at) ON TABLE ops.inbound_secrets TO api;

-- Name: TABLE job_runs; Type: ACL; Schema: ops; Owner: -

GRANT SELECT,INSERT ON TABLE ops.job_runs TO jobs;
GRANT SELECT ON TABLE ops.job_runs TO operator;
GRANT SELECT ON TABLE ops.job_runs TO auditor;
GRANT INSERT ON TABLE ops.job_runs TO signer;

-- Name: TABLE memberships; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.memberships TO api;
GRANT SELECT ON TABLE ops.memberships TO jobs;
GRANT SELECT ON TABLE ops.memberships TO operator;
GRANT SELECT ON TABLE ops.memberships TO auditor;

-- Name: TABLE ordered_wallets; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.ordered_wallets TO jobs;
GRANT SELECT ON TABLE ops.ordered_wallets TO operator;
GRANT SELECT ON TABLE ops.ordered_wallets TO auditor;

-- Name: COLUMN ordered_wallets.worker_id; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(worker_id) ON TABLE ops.ordered_wallets TO jobs;

-- Name: COLUMN ordered_wallets.order_id; Type: ACL; Schema: ops; Owner: -

GRANT INSERT(order_id) ON TABLE ops.ordered_wallets TO jobs;

-- Name: COLUMN ordered_wallets.wallet_id; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(wallet_id) ON TABLE ops.ordered_wallets TO jobs;

-- Name: COLUMN ordered_wallets.wallet_address; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(wallet_address) ON TABLE ops.ordered_wallets TO jobs;

-- Name: TABLE outbox; Type: ACL; Schema: ops; Owner: -

GRANT SELECT,INSERT ON TABLE ops.outbox TO api;
GRANT SELECT,INSERT ON TABLE ops.outbox TO jobs;
GRANT SELECT,INSERT ON TABLE ops.outbox TO operator;
GRANT SELECT ON TABLE ops.outbox TO auditor;

-- Name: TABLE paid_workers; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.paid_workers TO jobs;
GRANT SELECT ON TABLE ops.paid_workers TO operator;
GRANT SELECT ON TABLE ops.paid_workers TO auditor;

-- Name: TABLE payout_days; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.payout_days TO api;
GRANT SELECT ON TABLE ops.payout_days TO jobs;
GRANT SELECT ON TABLE ops.payout_days TO operator;
GRANT SELECT ON TABLE ops.payout_days TO auditor;

-- Name: TABLE payout_retries; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.payout_retries TO api;
GRANT SELECT ON TABLE ops.payout_retries TO jobs;
GRANT SELECT ON TABLE ops.payout_retries TO operator;
GRANT SELECT ON TABLE ops.payout_retries TO auditor;

-- Name: TABLE reconciliations; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.reconciliations TO jobs;
GRANT SELECT ON TABLE ops.reconciliations TO operator;
GRANT SELECT ON TABLE ops.reconciliations TO auditor;

-- Name: TABLE settlement_attempts; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.settlement_attempts TO jobs;
GRANT SELECT ON TABLE ops.settlement_attempts TO signer;
GRANT SELECT ON TABLE ops.settlement_attempts TO operator;
GRANT SELECT ON TABLE ops.settlement_attempts TO auditor;

-- Name: TABLE settlement_payments; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.settlement_payments TO api;
GRANT SELECT ON TABLE ops.settlement_payments TO jobs;
GRANT SELECT ON TABLE ops.settlement_payments TO signer;
GRANT SELECT ON TABLE ops.settlement_payments TO operator;
GRANT SELECT ON TABLE ops.settlement_payments TO auditor;

-- Name: TABLE task_days; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.task_days TO api;
GRANT SELECT ON TABLE ops.task_days TO jobs;
GRANT SELECT ON TABLE ops.task_days TO operator;
GRANT SELECT ON TABLE ops.task_days TO auditor;

-- Name: TABLE told_releases; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.told_releases TO jobs;
GRANT SELECT ON TABLE ops.told_releases TO operator;
GRANT SELECT ON TABLE ops.told_releases TO auditor;

-- Name: TABLE transaction_states; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.transaction_states TO api;
GRANT SELECT ON TABLE ops.transaction_states TO jobs;
GRANT SELECT ON TABLE ops.transaction_states TO operator;
GRANT SELECT ON TABLE ops.transaction_states TO auditor;

-- Name: TABLE turns; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.turns TO jobs;
GRANT SELECT ON TABLE ops.turns TO operator;
GRANT SELECT ON TABLE ops.turns TO auditor;

-- Name: TABLE wallet_orders; Type: ACL; Schema: ops; Owner: -

GRANT SELECT,INSERT,DELETE ON TABLE ops.wallet_orders TO jobs;
GRANT SELECT ON TABLE ops.wallet_orders TO operator;
GRANT SELECT ON TABLE ops.wallet_orders TO auditor;

-- Name: COLUMN wallet_orders.finished_at; Type: ACL; Schema: ops; Owner: -

GRANT UPDATE(finished_at) ON TABLE ops.wallet_orders TO jobs;

-- Name: TABLE worker_counters; Type: ACL; Schema: ops; Owner: -

GRANT SELECT ON TABLE ops.worker_counters TO jobs;
GRANT SELECT ON TABLE ops.worker_counters TO operator;
GRANT SELECT ON TABLE ops.worker_counters TO auditor;

-- Name: TABLE active_streams_view; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.active_streams_view TO api;
GRANT SELECT ON TABLE public.active_streams_view TO jobs;
GRANT SELECT ON TABLE public.active_streams_view TO operator;
GRANT SELECT ON TABLE public.active_streams_view TO auditor;

-- Name: TABLE daily_transaction_summary; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.daily_transaction_summary TO api;
GRANT SELECT ON TABLE public.daily_transaction_summary TO jobs;
GRANT SELECT ON TABLE public.daily_transaction_summary TO operator;
GRANT SELECT ON TABLE public.daily_transaction_summary TO auditor;

-- Name: TABLE platform_performance_view; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.platform_performance_view TO api;
GRANT SELECT ON TABLE public.platform_performance_view TO jobs;
GRANT SELECT ON TABLE public.platform_performance_view TO operator;
GRANT SELECT ON TABLE public.platform_performance_view TO auditor;

-- Name: TABLE reputation_events; Type: ACL; Schema: public; Owner: -

GRANT SELECT,INSERT ON TABLE public.reputation_events TO api;
GRANT SELECT,INSERT ON TABLE public.reputation_events TO jobs;
GRANT SELECT,INSERT ON TABLE public.reputation_events TO operator;
GRANT SELECT ON TABLE public.reputation_events TO auditor;

-- Name: TABLE worker_earnings_view; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.worker_earnings_view TO api;
GRANT SELECT ON TABLE public.worker_earnings_view TO jobs;
GRANT SELECT ON TABLE public.worker_earnings_view TO operator;
GRANT SELECT ON TABLE public.worker_earnings_view TO auditor;

-- Name: TABLE worker_risk_assessment; Type: ACL; Schema: public; Owner: -

GRANT SELECT ON TABLE public.worker_risk_assessment TO api;
GRANT SELECT ON TABLE public.worker_risk_assessment TO jobs;
GRANT SELECT ON TABLE public.worker_risk_assessment TO operator;
GRANT SELECT ON TABLE public.worker_risk_assessment TO auditor;

-- PostgreSQL database dump complete
