-- migrate:up

CREATE TABLE workers (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    email text NOT NULL CHECK (length(email) BETWEEN 3 AND 320),
    password_hash text NOT NULL,
    wallet_id text UNIQUE,
    wallet_address ops.address,
    reputation_score integer NOT NULL DEFAULT 500 CHECK (reputation_score BETWEEN 0 AND 1000),
    account_age_days integer NOT NULL DEFAULT 0 CHECK (account_age_days >= 0),
    completion_rate numeric(5, 2) NOT NULL DEFAULT 0 CHECK (completion_rate BETWEEN 0 AND 100),
    total_tasks integer NOT NULL DEFAULT 0 CHECK (total_tasks >= 0),
    total_earned ops.usdc NOT NULL DEFAULT 0,
    average_rating numeric(3, 2) NOT NULL DEFAULT 0 CHECK (average_rating BETWEEN 0 AND 5),
    dispute_rate numeric(5, 2) NOT NULL DEFAULT 0 CHECK (dispute_rate BETWEEN 0 AND 100),
    last_active_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX workers_email_key ON workers (lower(email));
CREATE UNIQUE INDEX workers_wallet_address_key ON workers (lower(wallet_address));
CREATE INDEX workers_created_at_idx ON workers (created_at);

-- api_key, api_key_hash, webhook_url and webhook_secret mirror the newest row in ops; a trigger writes them, nothing
-- reads them.
CREATE TABLE platforms (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    api_key text,
    api_key_hash bytea,
    webhook_url text,
    webhook_secret bytea,
    contact_email text NOT NULL CHECK (length(contact_email) BETWEEN 3 AND 320),
    wallet_address ops.address,
    total_payouts ops.usdc NOT NULL DEFAULT 0,
    total_tasks integer NOT NULL DEFAULT 0 CHECK (total_tasks >= 0),
    active_workers integer NOT NULL DEFAULT 0 CHECK (active_workers >= 0),
    is_active boolean NOT NULL DEFAULT TRUE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX platforms_contact_email_key ON platforms (lower(contact_email));
CREATE UNIQUE INDEX platforms_wallet_address_key ON platforms (lower(wallet_address));
CREATE INDEX platforms_created_at_idx ON platforms (created_at);

-- A platform's workers. open_tasks counts the member's pending, active and disputed tasks with that platform.
CREATE TABLE ops.memberships (
    platform_id uuid NOT NULL REFERENCES platforms (id),
    worker_id uuid NOT NULL REFERENCES workers (id) ON DELETE CASCADE,
    open_tasks integer NOT NULL DEFAULT 0 CHECK (open_tasks >= 0),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (platform_id, worker_id)
) WITH (fillfactor = 80);

CREATE INDEX memberships_worker_id_idx ON ops.memberships (worker_id);

-- The counts behind a worker's rates, so that a rate is divided again instead of a history summed again.
CREATE TABLE ops.worker_counters (
    worker_id uuid PRIMARY KEY REFERENCES workers (id) ON DELETE CASCADE,
    tasks integer NOT NULL DEFAULT 0,
    completed integer NOT NULL DEFAULT 0,
    cancelled integer NOT NULL DEFAULT 0,
    disputed integer NOT NULL DEFAULT 0,
    rated integer NOT NULL DEFAULT 0,
    rating_sum integer NOT NULL DEFAULT 0,
    earned ops.usdc NOT NULL DEFAULT 0,
    CHECK (least(tasks, completed, cancelled, disputed, rated, rating_sum) >= 0)
) WITH (fillfactor = 80);

CREATE TABLE tasks (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    platform_id uuid NOT NULL REFERENCES platforms (id),
    worker_id uuid NOT NULL REFERENCES workers (id) ON DELETE CASCADE,
    task_type text NOT NULL CHECK (task_type IN ('fixed', 'streaming')),
    amount ops.usdc NOT NULL CHECK (amount > 0),
    paid_amount ops.usdc NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'active', 'completed', 'cancelled', 'disputed')),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    description text CHECK (length(description) <= 5000),
    metadata jsonb NOT NULL DEFAULT '{}',
    verification_data jsonb,
    completion_proof text CHECK (length(completion_proof) <= 2000),
    rating smallint CHECK (rating BETWEEN 1 AND 5),
    external_id text CHECK (length(external_id) BETWEEN 1 AND 200),
    scheduled_at timestamptz,
    started_at timestamptz,
    completed_at timestamptz,
    cancelled_at timestamptz,
    disputed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT tasks_external_id_key UNIQUE (platform_id, external_id),
    CONSTRAINT tasks_paid_amount CHECK (
        paid_amount <= amount AND (paid_amount = 0 OR status IN ('completed', 'cancelled'))
    ),
    CONSTRAINT tasks_times CHECK (
        (status = 'completed') = (completed_at IS NOT NULL)
        AND (status = 'cancelled') = (cancelled_at IS NOT NULL)
        AND (status <> 'disputed' OR disputed_at IS NOT NULL)
    )
);

CREATE INDEX tasks_platform_id_idx ON tasks (platform_id, id);
CREATE INDEX tasks_worker_id_idx ON tasks (worker_id, id);
CREATE INDEX tasks_status_idx ON tasks (status);
CREATE INDEX tasks_created_at_idx ON tasks (created_at);

-- start_time, end_time and anchor_time are whole seconds: the arithmetic of accrual is in integers.
CREATE TABLE streams (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    task_id uuid NOT NULL UNIQUE REFERENCES tasks (id) ON DELETE CASCADE,
    platform_id uuid NOT NULL REFERENCES platforms (id),
    worker_id uuid NOT NULL REFERENCES workers (id) ON DELETE CASCADE,
    contract_address ops.address,
    start_time timestamptz (0) NOT NULL,
    end_time timestamptz (0) NOT NULL,
    total_amount ops.usdc NOT NULL CHECK (total_amount > 0),
    released_amount ops.usdc NOT NULL DEFAULT 0,
    remaining_amount ops.usdc NOT NULL,
    anchor_time timestamptz (0) NOT NULL,
    anchor_amount ops.usdc NOT NULL DEFAULT 0,
    release_interval integer NOT NULL DEFAULT 3600 CHECK (release_interval BETWEEN 60 AND 2592000),
    next_release_at timestamptz (0),
    release_seq integer NOT NULL DEFAULT 0 CHECK (release_seq >= 0),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'completed', 'cancelled')),
    paused_at timestamptz (0),
    cancelled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT streams_amounts CHECK (
        anchor_amount <= released_amount AND released_amount <= total_amount
        AND remaining_amount = total_amount - released_amount
    ),
    CONSTRAINT streams_times CHECK (start_time <= anchor_time AND anchor_time < end_time),
    CONSTRAINT streams_status CHECK (
        (status = 'completed') = (released_amount = total_amount)
        AND (status = 'active') = (next_release_at IS NOT NULL)
        AND (status = 'paused') = (paused_at IS NOT NULL)
        AND (status = 'cancelled') = (cancelled_at IS NOT NULL)
    )
);

CREATE INDEX streams_platform_id_idx ON streams (platform_id, id);
CREATE INDEX streams_worker_id_idx ON streams (worker_id, id);
CREATE INDEX streams_status_idx ON streams (status);
CREATE INDEX streams_created_at_idx ON streams USING brin (created_at);
CREATE INDEX streams_due_idx ON streams (next_release_at) WHERE status = 'active';

CREATE TABLE transactions (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    worker_id uuid NOT NULL REFERENCES workers (id) ON DELETE CASCADE,
    platform_id uuid NOT NULL REFERENCES platforms (id),
    task_id uuid REFERENCES tasks (id) ON DELETE SET NULL,
    tx_type text NOT NULL CHECK (tx_type IN ('payout', 'advance', 'repayment', 'fee', 'refund')),
    amount ops.usdc NOT NULL CHECK (amount > 0),
    fee ops.usdc NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    tx_hash text CHECK (tx_hash ~ '^0x[0-9a-f]{64}$'),
    payment_no bigint,
    from_address ops.address,
    to_address ops.address,
    circle_tx_id text UNIQUE,
    blockchain_confirmations integer NOT NULL DEFAULT 0 CHECK (blockchain_confirmations >= 0),
    error_message text,
    metadata jsonb NOT NULL DEFAULT '{}',
    processed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT transactions_payment_key UNIQUE (tx_hash, payment_no),
    CONSTRAINT transactions_chain CHECK (tx_hash IS NULL OR (tx_type = 'payout' AND payment_no IS NOT NULL)),
    CONSTRAINT transactions_processed CHECK ((status = 'completed') = (processed_at IS NOT NULL))
);

CREATE INDEX transactions_platform_id_idx ON transactions (platform_id, id);
CREATE INDEX transactions_worker_id_idx ON transactions (worker_id, id);
CREATE INDEX transactions_task_id_idx ON transactions (task_id);
CREATE INDEX transactions_status_idx ON transactions (status);
CREATE INDEX transactions_created_at_idx ON transactions (created_at);

CREATE TABLE reputation_events (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    worker_id uuid NOT NULL REFERENCES workers (id) ON DELETE CASCADE,
    event_type text NOT NULL CHECK (
        event_type IN (
            'task_completed', 'rating_received', 'dispute_filed', 'dispute_resolved', 'bonus', 'penalty', 'appeal'
        )
    ),
    delta integer NOT NULL,
    previous_score integer NOT NULL CHECK (previous_score BETWEEN 0 AND 1000),
    new_score integer NOT NULL CHECK (new_score BETWEEN 0 AND 1000),
    reason text,
    related_id uuid,
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX reputation_events_worker_id_idx ON reputation_events (worker_id, id);
CREATE UNIQUE INDEX reputation_events_chain_key ON reputation_events (worker_id, created_at);
CREATE INDEX reputation_events_created_at_idx ON reputation_events (created_at);

CREATE TABLE loans (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    worker_id uuid NOT NULL REFERENCES workers (id) ON DELETE CASCADE,
    platform_id uuid NOT NULL REFERENCES platforms (id),
    amount ops.usdc NOT NULL CHECK (amount > 0),
    fee ops.usdc NOT NULL DEFAULT 0,
    total_due ops.usdc NOT NULL,
    amount_repaid ops.usdc NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'approved', 'disbursed', 'repaying', 'repaid', 'defaulted')),
    mode text NOT NULL DEFAULT 'earned' CHECK (mode IN ('earned', 'predictive')),
    risk_score integer CHECK (risk_score BETWEEN 0 AND 1000),
    predicted_earnings ops.usdc,
    contract_address ops.address,
    disbursed_at timestamptz,
    repayment_due timestamptz,
    repaid_at timestamptz,
    defaulted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT loans_amounts CHECK (total_due = amount + fee AND amount_repaid <= total_due),
    CONSTRAINT loans_repaid CHECK ((status = 'repaid') = (amount_repaid = total_due))
);

-- One open advance a worker.
CREATE UNIQUE INDEX loans_open_key ON loans (worker_id)
WHERE status IN ('pending', 'approved', 'disbursed', 'repaying');
CREATE INDEX loans_platform_id_idx ON loans (platform_id, id);
CREATE INDEX loans_worker_id_idx ON loans (worker_id, id);
CREATE INDEX loans_status_idx ON loans (status);
CREATE INDEX loans_created_at_idx ON loans (created_at);

CREATE TABLE audit_logs (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    actor_id uuid,
    actor_type text NOT NULL CHECK (actor_type IN ('worker', 'platform', 'system')),
    action text NOT NULL,
    resource_type text NOT NULL,
    resource_id uuid,
    metadata jsonb NOT NULL DEFAULT '{}',
    ip_address inet,
    user_agent text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((actor_type = 'system') = (actor_id IS NULL))
);

CREATE INDEX audit_logs_actor_id_idx ON audit_logs (actor_id, id);
CREATE INDEX audit_logs_resource_id_idx ON audit_logs (resource_id, id);
CREATE INDEX audit_logs_created_at_idx ON audit_logs (created_at);

-- One side of a change to a task, as the statistics see it: sign is 1 for what came and -1 for what went.
CREATE TYPE ops.task_change AS (
    sign integer,
    platform_id uuid,
    worker_id uuid,
    status text,
    disputed boolean,
    rating integer,
    paid_amount numeric
);

-- What a change adds to a platform's figures; payouts in USDC.
CREATE TYPE ops.platform_change AS (platform_id uuid, tasks integer, workers integer, payouts numeric);
