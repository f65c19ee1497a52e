-- migrate:up

-- A task is disputed once at most: a dispute ends with the task. An operator's own dispute has no row here.
CREATE TABLE ops.disputes (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    task_id uuid NOT NULL UNIQUE REFERENCES tasks (id) ON DELETE CASCADE,
    filed_by text NOT NULL CHECK (filed_by IN ('worker', 'platform')),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    to_worker integer CHECK (to_worker BETWEEN 0 AND 10000),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    resolved_at timestamptz,
    CHECK ((resolved_at IS NULL) = (to_worker IS NULL))
);

-- What a worker says against an event that took points from him; the operator answers with another event.
CREATE TABLE ops.appeals (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    event_id uuid NOT NULL REFERENCES reputation_events (id) ON DELETE CASCADE,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'granted', 'refused')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_at timestamptz,
    CHECK ((status = 'open') = (decided_at IS NULL))
);

CREATE INDEX appeals_event_id_idx ON ops.appeals (event_id, id);
-- One at a time, and what was given back is not given back again.
CREATE UNIQUE INDEX appeals_event_key ON ops.appeals (event_id) WHERE status <> 'refused';

-- The states that a transaction has gone through; a trigger writes them, whoever moved it.
CREATE TABLE ops.transaction_states (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    transaction_id uuid NOT NULL REFERENCES transactions (id) ON DELETE CASCADE,
    status text NOT NULL,
    error_message text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX transaction_states_transaction_id_idx ON ops.transaction_states (transaction_id, id);

-- Of what is older only the present state is known.
INSERT INTO ops.transaction_states (transaction_id, status, error_message, created_at)
SELECT
    x.id,
    x.status,
    x.error_message,
    coalesce(x.processed_at, x.created_at)
FROM transactions AS x;

-- The filters of the lists, each in the order of the list. What is newer than a time is read along created_at, because
-- an id that came from elsewhere need not hold its time.
CREATE INDEX tasks_platform_status_idx ON tasks (platform_id, status, id);
CREATE INDEX tasks_platform_worker_idx ON tasks (platform_id, worker_id, id);
CREATE INDEX tasks_platform_type_idx ON tasks (platform_id, task_type, id);
CREATE INDEX tasks_platform_created_idx ON tasks (platform_id, created_at);
CREATE INDEX tasks_worker_status_idx ON tasks (worker_id, status, id);
CREATE INDEX tasks_worker_created_idx ON tasks (worker_id, created_at);
CREATE INDEX streams_platform_status_idx ON streams (platform_id, status, id);
CREATE INDEX streams_platform_worker_idx ON streams (platform_id, worker_id, id);
CREATE INDEX streams_worker_status_idx ON streams (worker_id, status, id);
CREATE INDEX streams_platform_created_idx ON streams (platform_id, created_at);
CREATE INDEX transactions_platform_status_idx ON transactions (platform_id, status, id);
CREATE INDEX transactions_platform_worker_idx ON transactions (platform_id, worker_id, id);
CREATE INDEX transactions_platform_type_idx ON transactions (platform_id, tx_type, id);
CREATE INDEX transactions_worker_status_idx ON transactions (worker_id, status, id);
CREATE INDEX transactions_worker_type_idx ON transactions (worker_id, tx_type, id);
CREATE INDEX transactions_worker_created_idx ON transactions (worker_id, created_at);
