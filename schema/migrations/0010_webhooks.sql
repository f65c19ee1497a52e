-- migrate:up

-- Events of one object are numbered from 1 for each platform that is told of them, so that a gap shows.
CREATE TABLE ops.event_counters (
    object_id uuid NOT NULL,
    platform_id uuid,
    last bigint NOT NULL CHECK (last > 0),
    UNIQUE NULLS NOT DISTINCT (object_id, platform_id)
) WITH (fillfactor = 80);

-- xid, the number of the transaction that wrote the event, is what the feed is ordered by: below the snapshot's xmin
-- nothing can be added any more, while ids and times are given before a commit and pass one another.
ALTER TABLE ops.outbox
ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
ADD COLUMN sequence bigint;

UPDATE ops.outbox AS o SET sequence = n.sequence
FROM (
    SELECT
        b.id,
        row_number() OVER (PARTITION BY b.object_id, b.platform_id ORDER BY b.id) AS sequence
    FROM ops.outbox AS b
) AS n
WHERE o.id = n.id;
INSERT INTO ops.event_counters (object_id, platform_id, last)
SELECT
    o.object_id,
    o.platform_id,
    max(o.sequence)
FROM ops.outbox AS o
GROUP BY o.object_id, o.platform_id;
ALTER TABLE ops.outbox ALTER COLUMN sequence SET NOT NULL;

CREATE INDEX outbox_feed_idx ON ops.outbox (platform_id, xid, id);
CREATE INDEX outbox_platform_id_created_at_idx ON ops.outbox (platform_id, created_at);
CREATE INDEX outbox_object_id_idx ON ops.outbox (object_id, platform_id, sequence);
DROP INDEX ops.outbox_platform_id_idx;

-- Where a platform wants to be told. The secret is not here: it is derived from the id and secret_version, and the
-- version before signs too for 24 hours from secret_rotated_at on. event_types holds names, or * alone for all.
-- failing_since is the first failure after the last success.
CREATE TABLE ops.webhook_endpoints (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    platform_id uuid NOT NULL REFERENCES platforms (id) ON DELETE CASCADE,
    url text NOT NULL CHECK (length(url) <= 2000),
    event_types text[] NOT NULL DEFAULT '{*}' CHECK (cardinality(event_types) BETWEEN 1 AND 100),
    description text CHECK (length(description) <= 200),
    secret_version integer NOT NULL DEFAULT 1 CHECK (secret_version > 0),
    secret_rotated_at timestamptz,
    failing_since timestamptz,
    disabled_at timestamptz,
    disabled_reason text CHECK (disabled_reason IN ('platform', 'gone', 'failing')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL))
) WITH (fillfactor = 80);

CREATE INDEX webhook_endpoints_platform_id_idx ON ops.webhook_endpoints (platform_id, id);

-- An event on its way to an endpoint, and what became of the latest attempt. next_attempt_at says when it is due;
-- leased_until, that a sender is at it: one that dies leaves a lease that runs out.
CREATE TABLE ops.webhook_deliveries (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    platform_id uuid NOT NULL REFERENCES platforms (id) ON DELETE CASCADE,
    endpoint_id uuid NOT NULL REFERENCES ops.webhook_endpoints (id) ON DELETE CASCADE,
    event_id uuid NOT NULL REFERENCES ops.outbox (id) ON DELETE CASCADE,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'succeeded', 'failed')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at timestamptz DEFAULT clock_timestamp(),
    leased_until timestamptz,
    last_attempt_at timestamptz,
    response_status integer,
    response_body text CHECK (length(response_body) <= 1024),
    latency_ms integer CHECK (latency_ms >= 0),
    error text CHECK (length(error) <= 200),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (event_id, endpoint_id),
    CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)),
    CHECK (status = 'pending' OR leased_until IS NULL)
) WITH (fillfactor = 80);

CREATE INDEX webhook_deliveries_platform_id_idx ON ops.webhook_deliveries (platform_id);
CREATE INDEX webhook_deliveries_endpoint_id_idx ON ops.webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_status_idx ON ops.webhook_deliveries (endpoint_id, status, id);
CREATE INDEX webhook_deliveries_due_idx ON ops.webhook_deliveries (endpoint_id, next_attempt_at)
WHERE status = 'pending';
CREATE INDEX webhook_deliveries_created_at_idx ON ops.webhook_deliveries (created_at) WHERE status <> 'pending';
CREATE INDEX webhook_deliveries_leased_idx ON ops.webhook_deliveries (endpoint_id) WHERE leased_until IS NOT NULL;

-- What a platform signs its own reports with: the secret is derived from the id. Rotation gives the older ones an end.
CREATE TABLE ops.inbound_secrets (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    platform_id uuid NOT NULL REFERENCES platforms (id) ON DELETE CASCADE,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX inbound_secrets_platform_id_idx ON ops.inbound_secrets (platform_id);

-- When a platform wants to hear that its funds run low, USDC available; empty: below a tenth of what is held. is_low
-- remembers on which side it was when somebody last looked.
CREATE TABLE ops.balance_alerts (
    platform_id uuid PRIMARY KEY REFERENCES platforms (id) ON DELETE CASCADE,
    threshold ops.usdc,
    is_low boolean NOT NULL DEFAULT FALSE
);

-- Their files give them other parameters or results from here on.
DROP FUNCTION IF EXISTS register_platform(text, text, text, text, text, bytea, text[]);
DROP FUNCTION IF EXISTS update_platform(text, text, text);
