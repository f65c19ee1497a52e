-- migrate:up

-- What happened, for whoever wants to be told: written in the transaction of the change itself.
CREATE TABLE ops.outbox (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    event text NOT NULL,
    platform_id uuid REFERENCES platforms (id),
    worker_id uuid,
    object_type text NOT NULL,
    object_id uuid NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX outbox_platform_id_idx ON ops.outbox (platform_id, id);

CREATE TABLE ops.job_runs (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    job text NOT NULL,
    as_of timestamptz NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    counts jsonb NOT NULL DEFAULT '{}',
    error text
);

CREATE INDEX job_runs_job_idx ON ops.job_runs (job, id);
