-- migrate:up

-- What may be done so many times a second by all processes together: when its next turn is due. A bucket of one token.
CREATE TABLE ops.turns (
    name text PRIMARY KEY,
    next_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- The public keys that Circle signs its notifications with, DER: an id's key never changes.
CREATE TABLE ops.circle_keys (
    id uuid PRIMARY KEY,
    public_key bytea NOT NULL CHECK (length(public_key) BETWEEN 1 AND 1000),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- What Circle has notified us of, under its own id, so that each is taken once.
CREATE TABLE ops.circle_notifications (
    id uuid PRIMARY KEY,
    notification_type text NOT NULL,
    circle_tx_id text,
    state text,
    sent_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX circle_notifications_received_at_idx ON ops.circle_notifications (received_at);

-- An order of wallets, one a worker. Its id is the idempotency key that Circle gets, a UUIDv4, and stands here before
-- Circle is called: whatever becomes of the answer, the order is sent again and not made anew.
CREATE TABLE ops.wallet_orders (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz
);

CREATE UNIQUE INDEX wallet_orders_open_idx ON ops.wallet_orders ((finished_at IS NULL)) WHERE finished_at IS NULL;

-- For whom, once and for ever. Not a foreign key: an order says what was asked for, whatever becomes of the worker.
CREATE TABLE ops.ordered_wallets (
    worker_id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES ops.wallet_orders (id) ON DELETE RESTRICT,
    wallet_id text UNIQUE,
    wallet_address ops.address,
    CONSTRAINT ordered_wallets_made CHECK (num_nulls(wallet_id, wallet_address) IN (0, 2))
);

CREATE INDEX ordered_wallets_order_id_idx ON ops.ordered_wallets (order_id);

-- Who could get a wallet.
CREATE INDEX workers_walletless_idx ON workers (id) WHERE wallet_address IS NULL;

-- How often Circle was asked to carry a settlement out, and how often since what became of it; and when it is worth
-- asking again. A notification makes that now. network_fee is what the chain took for the transfer, in USDC: on Arc it
-- comes out of the wallet that pays, beside the amount.
CREATE TABLE ops.circle_polls (
    settlement_id uuid PRIMARY KEY REFERENCES ops.settlements (id) ON DELETE RESTRICT,
    asks integer NOT NULL DEFAULT 0 CHECK (asks >= 0),
    polls integer NOT NULL DEFAULT 0 CHECK (polls >= 0),
    due_at timestamptz NOT NULL,
    network_fee numeric CHECK (network_fee >= 0 AND network_fee <> 'NaN'),
    error text,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
