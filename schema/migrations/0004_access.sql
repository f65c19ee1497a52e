-- migrate:up

-- Platform keys. The key itself is shown once; what is kept is an HMAC, and the prefix to recognise it by.
CREATE TABLE ops.api_keys (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    platform_id uuid NOT NULL REFERENCES platforms (id) ON DELETE CASCADE,
    prefix text NOT NULL,
    key_hash bytea NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    scopes text[] NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX api_keys_platform_id_idx ON ops.api_keys (platform_id, id);

-- A session is a family of refresh tokens: using one makes the next, and using one twice ends them all.
CREATE TABLE ops.refresh_tokens (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    session_id uuid NOT NULL,
    worker_id uuid NOT NULL REFERENCES workers (id) ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One live token a session; also how a request finds out whether its session still lives.
CREATE UNIQUE INDEX refresh_tokens_live_key ON ops.refresh_tokens (session_id)
WHERE used_at IS NULL AND revoked_at IS NULL;
CREATE INDEX refresh_tokens_worker_id_idx ON ops.refresh_tokens (worker_id);
CREATE INDEX refresh_tokens_expires_at_idx ON ops.refresh_tokens (expires_at);

CREATE TABLE ops.invites (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    platform_id uuid NOT NULL REFERENCES platforms (id) ON DELETE CASCADE,
    email text NOT NULL CHECK (length(email) BETWEEN 3 AND 320),
    name text CHECK (length(name) BETWEEN 1 AND 200),
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    worker_id uuid REFERENCES workers (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((accepted_at IS NULL) = (worker_id IS NULL))
);

CREATE INDEX invites_platform_id_idx ON ops.invites (platform_id, id);
CREATE INDEX invites_worker_id_idx ON ops.invites (worker_id);

-- Requests of the current minute. A crash may forget them; the journal need not carry them.
CREATE UNLOGGED TABLE ops.rate_limits (
    key text PRIMARY KEY,
    minute timestamptz NOT NULL,
    requests integer NOT NULL
) WITH (fillfactor = 50);

-- The answer to a request that may be repeated, kept in the transaction of what it reports. No body: it held a secret.
CREATE TABLE ops.idempotency_keys (
    principal text NOT NULL,
    route text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
    status smallint,
    body text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (principal, route, key)
);

CREATE INDEX idempotency_keys_created_at_idx ON ops.idempotency_keys (created_at);
