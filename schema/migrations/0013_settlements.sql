-- migrate:up

-- Who signs for a contract: the next nonce, and the number of the contract's next payment. skipped_nonces are those
-- that somebody else used with the same key. While it is paused nothing is reserved; a person resumes it.
CREATE TABLE ops.signers (
    chain_id bigint NOT NULL CHECK (chain_id > 0),
    address ops.address NOT NULL,
    contract ops.address NOT NULL,
    first_nonce bigint NOT NULL CHECK (first_nonce >= 0),
    skipped_nonces bigint NOT NULL DEFAULT 0 CHECK (skipped_nonces >= 0),
    next_nonce bigint NOT NULL,
    next_payment_no bigint NOT NULL DEFAULT 1 CHECK (next_payment_no > 0),
    paused_at timestamptz,
    paused_reason text,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (chain_id, address),
    CONSTRAINT signers_nonces CHECK (next_nonce >= first_nonce + skipped_nonces),
    CONSTRAINT signers_paused CHECK ((paused_at IS NULL) = (paused_reason IS NULL))
);

-- One transaction on the chain: with rail web3 a batch of payouts, with rail circle a single one. What it pays is fixed
-- when it is queued; a nonce and the contract's payment numbers are given once, at reservation, and never again.
-- observed counts how often in a row the chain's nonce was past it and none of its hashes was found.
CREATE TABLE ops.settlements (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    rail text NOT NULL CHECK (rail IN ('web3', 'circle')),
    chain_id bigint NOT NULL CHECK (chain_id > 0),
    signer ops.address,
    contract ops.address,
    state text NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'reserved', 'signed', 'broadcast', 'final_ok', 'final_reverted', 'conflict')),
    nonce bigint CHECK (nonce >= 0),
    first_payment_no bigint CHECK (first_payment_no > 0),
    payments integer NOT NULL CHECK (payments > 0),
    amount ops.usdc NOT NULL CHECK (amount > 0),
    idempotency_key uuid UNIQUE,
    circle_tx_id text UNIQUE,
    circle_state text,
    tx_hash text CHECK (tx_hash ~ '^0x[0-9a-f]{64}$'),
    block_number bigint CHECK (block_number >= 0),
    block_hash text CHECK (block_hash ~ '^0x[0-9a-f]{64}$'),
    gas_used bigint CHECK (gas_used >= 0),
    gas_price numeric CHECK (gas_price >= 0 AND gas_price <> 'NaN'),
    error text,
    observed integer NOT NULL DEFAULT 0 CHECK (observed >= 0),
    cleared_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT settlements_nonce_key UNIQUE (chain_id, signer, nonce),
    CONSTRAINT settlements_web3 CHECK (
        rail <> 'web3'
        OR (
            contract IS NOT NULL
            AND num_nonnulls(idempotency_key, circle_tx_id, circle_state) = 0
            AND (state = 'queued') = (nonce IS NULL)
            AND (nonce IS NULL) = (first_payment_no IS NULL)
            AND (nonce IS NULL OR signer IS NOT NULL)
        )
    ),
    CONSTRAINT settlements_circle CHECK (
        rail <> 'circle'
        OR (
            idempotency_key IS NOT NULL AND payments = 1
            AND num_nonnulls(nonce, first_payment_no, contract) = 0
            AND state <> 'signed'
            AND (circle_tx_id IS NULL) = (circle_state IS NULL)
            AND (state NOT IN ('queued', 'reserved') OR circle_tx_id IS NULL)
            AND (state NOT IN ('broadcast', 'final_ok') OR circle_tx_id IS NOT NULL)
        )
    ),
    CONSTRAINT settlements_final CHECK (
        CASE
            WHEN state = 'final_ok' THEN num_nulls(tx_hash, block_number, block_hash) = 0
            WHEN state = 'final_reverted' THEN error IS NOT NULL
            ELSE num_nonnulls(tx_hash, block_number, block_hash, gas_used, gas_price, cleared_at) = 0
        END
    ),
    CONSTRAINT settlements_conflict CHECK (state <> 'conflict' OR error IS NOT NULL)
);

-- What is not final yet, in the order of work; and what a hash belongs to.
CREATE INDEX settlements_open_idx ON ops.settlements (rail, chain_id, nonce, id)
WHERE state NOT IN ('final_ok', 'final_reverted');
CREATE INDEX settlements_tx_hash_idx ON ops.settlements (tx_hash) WHERE tx_hash IS NOT NULL;
CREATE INDEX settlements_final_idx ON ops.settlements (chain_id, block_number)
WHERE state IN ('final_ok', 'final_reverted');

-- What was signed for a settlement, each with the same nonce. It is stored before it is sent: what is not here was
-- never broadcast. answer is what a node said, which proves nothing.
CREATE TABLE ops.settlement_attempts (
    settlement_id uuid NOT NULL REFERENCES ops.settlements (id) ON DELETE RESTRICT,
    number integer NOT NULL CHECK (number > 0),
    tx_hash text NOT NULL UNIQUE CHECK (tx_hash ~ '^0x[0-9a-f]{64}$'),
    raw bytea NOT NULL CHECK (length(raw) > 0),
    gas bigint NOT NULL CHECK (gas > 0),
    max_fee_per_gas numeric NOT NULL CHECK (max_fee_per_gas > 0 AND max_fee_per_gas <> 'NaN'),
    max_priority_fee_per_gas numeric NOT NULL
    CHECK (max_priority_fee_per_gas >= 0 AND max_priority_fee_per_gas <= max_fee_per_gas),
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    broadcast_at timestamptz,
    answer text,
    PRIMARY KEY (settlement_id, number)
);

-- The payouts of a settlement. A payout belongs to one settlement, ever: that is what keeps it from being paid twice.
-- contract is the settlement's, once the payment is numbered: no number of a contract is used twice.
CREATE TABLE ops.settlement_payments (
    settlement_id uuid NOT NULL REFERENCES ops.settlements (id) ON DELETE RESTRICT,
    transaction_id uuid PRIMARY KEY REFERENCES transactions (id) ON DELETE RESTRICT,
    chain_id bigint,
    contract ops.address,
    payment_no bigint CHECK (payment_no > 0),
    to_address ops.address NOT NULL,
    amount ops.usdc NOT NULL CHECK (amount > 0),
    failed boolean NOT NULL DEFAULT FALSE,
    CONSTRAINT settlement_payments_no_key UNIQUE (chain_id, contract, payment_no),
    CONSTRAINT settlement_payments_numbered CHECK (num_nonnulls(chain_id, contract) = 0 OR payment_no IS NOT NULL)
);

CREATE INDEX settlement_payments_settlement_id_idx ON ops.settlement_payments (settlement_id, payment_no);

-- A payout that failed is tried again as a new one, once; when that fails, the new one can be.
CREATE TABLE ops.payout_retries (
    retry_of uuid PRIMARY KEY REFERENCES transactions (id) ON DELETE RESTRICT,
    transaction_id uuid NOT NULL UNIQUE REFERENCES transactions (id) ON DELETE RESTRICT,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What of a stream's pay had been released when a payout began, and was not told of before: releases first_seq to
-- last_seq. Each is told of once, in the order of their numbers.
CREATE TABLE ops.told_releases (
    stream_id uuid NOT NULL REFERENCES streams (id) ON DELETE RESTRICT,
    first_seq integer NOT NULL CHECK (first_seq > 0),
    last_seq integer NOT NULL,
    transaction_id uuid NOT NULL REFERENCES transactions (id) ON DELETE RESTRICT,
    amount ops.usdc NOT NULL CHECK (amount > 0),
    PRIMARY KEY (stream_id, first_seq),
    CHECK (last_seq >= first_seq)
);

CREATE INDEX told_releases_transaction_id_idx ON ops.told_releases (transaction_id);

-- Payouts that wait for a settlement, and those that failed lately.
CREATE INDEX transactions_pending_payouts_idx ON transactions (id) WHERE tx_type = 'payout' AND status = 'pending';
CREATE INDEX transactions_failed_payouts_idx ON transactions (worker_id, platform_id, updated_at)
WHERE tx_type = 'payout' AND status = 'failed';

-- Since when what a worker has available waits: since his last payout, or since the account was opened. Not indexed,
-- and neither is the balance: an index on either would be written at each release.
ALTER TABLE ledger.accounts ADD COLUMN paid_out_at timestamptz;
UPDATE ledger.accounts AS a
SET
    paid_out_at = coalesce(
        (
            SELECT max(x.event_at) FROM ledger.transfers AS x
            WHERE x.debit_account = a.id AND x.reason = 'payout'
        ),
        a.created_at
    );
ALTER TABLE ledger.accounts
ALTER COLUMN paid_out_at SET DEFAULT clock_timestamp(),
ALTER COLUMN paid_out_at SET NOT NULL;
