-- migrate:up

-- What a platform orders as a file. A run takes a report with a lease, so that one that died is taken up again, and its
-- number of attempts, which the file's name carries, so that a run that was given up for dead cannot finish it.
CREATE TABLE ops.reports (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    platform_id uuid NOT NULL REFERENCES platforms (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('payouts', 'earnings', 'fees', 'loans', 'ledger')),
    format text NOT NULL CHECK (format IN ('csv', 'jsonl')),
    from_date date NOT NULL,
    to_date date NOT NULL,
    status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'failed')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    leased_until timestamptz,
    rows bigint CHECK (rows >= 0),
    bytes bigint CHECK (bytes >= 0),
    sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    finished_at timestamptz,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT reports_dates CHECK (from_date <= to_date AND to_date - from_date < 366),
    CONSTRAINT reports_status CHECK (
        (status = 'running') = (leased_until IS NOT NULL)
        AND (status IN ('done', 'failed')) = (finished_at IS NOT NULL)
        AND (status = 'done') = (num_nulls(rows, bytes, sha256, expires_at) = 0)
        AND num_nulls(rows, bytes, sha256, expires_at) IN (0, 4)
    )
);

CREATE INDEX reports_platform_id_idx ON ops.reports (platform_id, id);
CREATE INDEX reports_open_idx ON ops.reports (id) WHERE status IN ('queued', 'running');

-- A platform's UTC days in figures, so that a month is read in thirty rows whatever happened in it. Three tables,
-- because each is written under another lock: tasks under none of the ledger's, earnings under the platform's held
-- account, payouts under custody.
CREATE TABLE ops.task_days (
    platform_id uuid NOT NULL REFERENCES platforms (id) ON DELETE CASCADE,
    day date NOT NULL,
    created integer NOT NULL DEFAULT 0,
    completed integer NOT NULL DEFAULT 0,
    cancelled integer NOT NULL DEFAULT 0,
    PRIMARY KEY (platform_id, day)
) WITH (fillfactor = 50);

-- What workers were credited, the part of it that streams released, and how many workers that were.
CREATE TABLE ops.earning_days (
    platform_id uuid NOT NULL REFERENCES platforms (id) ON DELETE CASCADE,
    day date NOT NULL,
    earned ops.usdc NOT NULL,
    released ops.usdc NOT NULL,
    workers integer NOT NULL,
    PRIMARY KEY (platform_id, day)
) WITH (fillfactor = 50);

CREATE TABLE ops.payout_days (
    platform_id uuid NOT NULL REFERENCES platforms (id) ON DELETE CASCADE,
    day date NOT NULL,
    paid_out ops.usdc NOT NULL,
    PRIMARY KEY (platform_id, day)
) WITH (fillfactor = 50);

-- Whom a platform credited on a day: behind earning_days.workers.
CREATE TABLE ops.paid_workers (
    platform_id uuid NOT NULL REFERENCES platforms (id) ON DELETE CASCADE,
    day date NOT NULL,
    worker_id uuid NOT NULL,
    PRIMARY KEY (platform_id, day, worker_id)
);

-- One side of a change to a task, as its platform's days see it: sign is 1 for what came and -1 for what went.
CREATE TYPE ops.task_day_change AS (
    sign integer,
    platform_id uuid,
    created_at timestamptz,
    completed_at timestamptz,
    cancelled_at timestamptz
);

INSERT INTO ops.task_days (platform_id, day, created, completed, cancelled)
SELECT
    t.platform_id,
    (e.at AT TIME ZONE 'UTC')::date,
    count(*) FILTER (WHERE e.what = 'created'),
    count(*) FILTER (WHERE e.what = 'completed'),
    count(*) FILTER (WHERE e.what = 'cancelled')
FROM tasks AS t
CROSS JOIN
    LATERAL (
        VALUES ('created', t.created_at), ('completed', t.completed_at), ('cancelled', t.cancelled_at)
    ) AS e (what, at)
WHERE e.at IS NOT NULL
GROUP BY t.platform_id, (e.at AT TIME ZONE 'UTC')::date;

INSERT INTO ops.earning_days (platform_id, day, earned, released, workers)
SELECT
    a.platform_id,
    (x.created_at AT TIME ZONE 'UTC')::date,
    sum(x.amount),
    coalesce(sum(x.amount) FILTER (WHERE x.reason = 'release'), 0),
    count(DISTINCT a.owner_id)
FROM ledger.transfers AS x
INNER JOIN ledger.accounts AS a ON x.credit_account = a.id
WHERE x.reason IN ('pay', 'release')
GROUP BY a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date;

INSERT INTO ops.payout_days (platform_id, day, paid_out)
SELECT
    a.platform_id,
    (x.created_at AT TIME ZONE 'UTC')::date,
    sum(x.amount)
FROM ledger.transfers AS x
INNER JOIN ledger.accounts AS a ON x.debit_account = a.id
WHERE x.reason = 'settle'
GROUP BY a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date;

INSERT INTO ops.paid_workers (platform_id, day, worker_id)
SELECT DISTINCT
    a.platform_id,
    (x.created_at AT TIME ZONE 'UTC')::date,
    a.owner_id
FROM ledger.transfers AS x
INNER JOIN ledger.accounts AS a ON x.credit_account = a.id
WHERE x.reason IN ('pay', 'release');

-- Where each tenant's sealed audit rows stand in the chain: which seal, which of its entries. Only a way to find them;
-- what is right the seal says.
CREATE TABLE ops.audit_places (
    actor_id uuid NOT NULL,
    audit_id uuid NOT NULL,
    seal bigint NOT NULL,
    position integer NOT NULL,
    PRIMARY KEY (actor_id, audit_id)
);

INSERT INTO ops.audit_places (actor_id, audit_id, seal, position)
SELECT
    a.actor_id,
    a.id,
    s.number,
    e.position
FROM ops.audit_seals AS s
CROSS JOIN LATERAL unnest(s.entries) WITH ORDINALITY AS e (xid, audit_id, digest, position)
INNER JOIN audit_logs AS a ON e.audit_id = a.id
WHERE a.actor_id IS NOT NULL;

CREATE INDEX audit_logs_action_idx ON audit_logs (actor_id, action, id);
CREATE INDEX audit_logs_resource_type_idx ON audit_logs (actor_id, resource_type, id);

CREATE INDEX transactions_platform_created_at_idx ON transactions (platform_id, created_at, id);

-- A platform's accounts in the order of their ids, all of them or those of a kind.
DROP INDEX ledger.accounts_platform_id_idx;
CREATE INDEX accounts_platform_id_idx ON ledger.accounts (platform_id, id);
CREATE INDEX accounts_kind_idx ON ledger.accounts (platform_id, kind, id);

-- An account's transfers in the order of time, with what they add up to: a past balance is summed from the index alone.
DROP INDEX ledger.transfers_debit_account_idx;
DROP INDEX ledger.transfers_credit_account_idx;
CREATE INDEX transfers_debit_account_idx ON ledger.transfers (debit_account, created_at, id)
INCLUDE (amount, loan_id);
CREATE INDEX transfers_credit_account_idx ON ledger.transfers (credit_account, created_at, id)
INCLUDE (amount, loan_id);
-- What advances moved on an account, which a platform is not shown.
CREATE INDEX transfers_advance_debit_idx ON ledger.transfers (debit_account) INCLUDE (amount) WHERE loan_id IS NOT NULL;
CREATE INDEX transfers_advance_credit_idx ON ledger.transfers (credit_account) INCLUDE (amount)
WHERE loan_id IS NOT NULL;
