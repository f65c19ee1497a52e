-- migrate:up

-- The audit rows that no seal covers yet, each with its transaction, written in that transaction. Not the row's own
-- xmin: that has 32 bits, may be a subtransaction's, and cannot be indexed.
CREATE TABLE ops.audit_waiting (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    audit_id uuid NOT NULL,
    PRIMARY KEY (xid, audit_id)
);

INSERT INTO ops.audit_waiting (audit_id) SELECT a.id FROM audit_logs AS a;

-- A row as it was sealed: by which transaction, which, and the SHA-256 of its content.
CREATE TYPE ops.audit_entry AS (xid xid8, audit_id uuid, digest bytea);

-- The chain: a seal's digest covers all that the seal says and the digest before it. Made in transaction xid, which
-- began at sealed_at: what transactions with a higher number wrote is younger.
CREATE TABLE ops.audit_seals (
    number bigint PRIMARY KEY CHECK (number > 0),
    xid xid8 NOT NULL,
    sealed_at timestamptz NOT NULL,
    entries ops.audit_entry[] NOT NULL CHECK (cardinality(entries) > 0),
    digest bytea NOT NULL CHECK (length(digest) = 32)
);

CREATE INDEX audit_seals_xid_idx ON ops.audit_seals (xid);
