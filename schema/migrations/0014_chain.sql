-- migrate:up

-- A deposit that came over the chain is the log that says so, credited once for ever. One of a sender that no platform
-- has as its wallet waits in suspense until an operator says whose it is.
ALTER TABLE ops.deposits
ADD COLUMN chain_id bigint CHECK (chain_id > 0),
ADD COLUMN block_number bigint CHECK (block_number >= 0),
ADD COLUMN from_address ops.address,
ADD COLUMN to_address ops.address,
ADD COLUMN in_suspense boolean NOT NULL DEFAULT FALSE,
ADD CONSTRAINT deposits_chain CHECK (
    num_nonnulls(tx_hash, log_index, chain_id, block_number, from_address, to_address) IN (0, 6)
),
ADD CONSTRAINT deposits_suspense CHECK (NOT in_suspense OR (platform_id IS NULL AND tx_hash IS NOT NULL));

CREATE INDEX deposits_suspense_idx ON ops.deposits (id) WHERE in_suspense;
CREATE INDEX deposits_block_idx ON ops.deposits (to_address, chain_id, block_number) WHERE tx_hash IS NOT NULL;

-- How far a custody address has been read: every deposit up to and including `block` is credited.
CREATE TABLE ops.chain_cursors (
    chain_id bigint NOT NULL CHECK (chain_id > 0),
    custody ops.address NOT NULL,
    block bigint NOT NULL CHECK (block >= -1),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (chain_id, custody)
) WITH (fillfactor = 50);

-- One comparison of custody on the chain with the books, at one block. What is in flight is on the chain and not yet in
-- the books, deposits less payments; its transactions are compared again by the next run. `difference` is what is left.
CREATE TABLE ops.reconciliations (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    chain_id bigint NOT NULL CHECK (chain_id > 0),
    custody ops.address NOT NULL,
    block bigint NOT NULL CHECK (block >= 0),
    block_hash text NOT NULL CHECK (block_hash ~ '^0x[0-9a-f]{64}$'),
    chain_custody numeric(20, 6) NOT NULL,
    book_custody numeric(20, 6) NOT NULL,
    in_flight numeric(20, 6) NOT NULL,
    difference numeric(20, 6) NOT NULL GENERATED ALWAYS AS (chain_custody - book_custody - in_flight) STORED,
    made_up numeric(20, 6) NOT NULL,
    breaks integer NOT NULL CHECK (breaks >= 0),
    unmatched text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX reconciliations_block_idx ON ops.reconciliations (chain_id, custody, block, id);

-- One thing on which chain and books disagree: what each of the two adds to custody for it, USDC, a payment below zero.
-- It is open until a run no longer finds it.
CREATE TABLE ops.chain_breaks (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    found_by uuid NOT NULL REFERENCES ops.reconciliations (id),
    closed_by uuid REFERENCES ops.reconciliations (id),
    chain_id bigint NOT NULL,
    custody ops.address NOT NULL,
    kind text NOT NULL CHECK (
        kind IN (
            'deposit_not_in_books', 'deposit_not_on_chain', 'deposit_amount', 'deposit_sender', 'deposit_of_escrow',
            'payment_not_in_books', 'payment_not_on_chain', 'payment_amount', 'payment_payee', 'payment_failed',
            'payment_unknown', 'made_up', 'books', 'custody', 'other_chain'
        )
    ),
    subject text NOT NULL,
    tx_hash text CHECK (tx_hash ~ '^0x[0-9a-f]{64}$'),
    chain_amount numeric(20, 6) NOT NULL,
    book_amount numeric(20, 6) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE UNIQUE INDEX chain_breaks_open_key
ON ops.chain_breaks (chain_id, custody, kind, subject, chain_amount, book_amount) WHERE closed_by IS NULL;
CREATE INDEX chain_breaks_found_by_idx ON ops.chain_breaks (found_by);
CREATE INDEX chain_breaks_closed_by_idx ON ops.chain_breaks (closed_by);
