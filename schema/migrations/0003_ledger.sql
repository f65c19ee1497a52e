-- migrate:up

-- What came in: each deposit is a fact of its own, so that a chain log or a test deposit is credited once.
-- platform_id is empty where the money is not a platform's: the operator's funding of the advance pool.
CREATE TABLE ops.deposits (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    platform_id uuid REFERENCES platforms (id),
    amount ops.usdc NOT NULL CHECK (amount > 0),
    tx_hash text CHECK (tx_hash ~ '^0x[0-9a-f]{64}$'),
    log_index integer CHECK (log_index >= 0),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (tx_hash, log_index),
    CHECK ((tx_hash IS NULL) = (log_index IS NULL))
);

CREATE INDEX deposits_platform_id_idx ON ops.deposits (platform_id, id);

-- balance is a cache of the transfers, kept by the trigger _500_apply. floor is what it may not fall below;
-- custody has none: it stands for the chain, and its balance is minus what everybody else holds.
CREATE TABLE ledger.accounts (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    kind text NOT NULL CHECK (
        kind IN (
            'platform_available', 'platform_held', 'worker_available', 'worker_settling', 'worker_advance',
            'custody', 'fees', 'advance_pool', 'suspense'
        )
    ),
    owner_id uuid,
    platform_id uuid,
    balance numeric(20, 6) NOT NULL DEFAULT 0 CHECK (balance <> 'NaN'),
    floor numeric(20, 6) DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE NULLS NOT DISTINCT (owner_id, kind, platform_id),
    CONSTRAINT accounts_balance_floor CHECK (balance >= floor),
    CONSTRAINT accounts_owner CHECK (
        CASE
            WHEN kind LIKE 'platform\_%' THEN owner_id IS NOT NULL AND owner_id = platform_id
            WHEN kind LIKE 'worker\_%' THEN owner_id IS NOT NULL AND platform_id IS NOT NULL
            ELSE owner_id IS NULL AND platform_id IS NULL
        END
    )
) WITH (fillfactor = 50);

CREATE INDEX accounts_platform_id_idx ON ledger.accounts (platform_id, kind);

INSERT INTO ledger.accounts (kind, floor) VALUES ('custody', NULL), ('fees', 0), ('advance_pool', 0), ('suspense', 0);

-- One row moves an amount between two accounts, so the books balance by construction. The row names what it pays for:
-- (source, reason, source_seq) can be posted once, ever, and what has been paid for cannot be deleted.
CREATE TABLE ledger.transfers (
    id uuid PRIMARY KEY DEFAULT ops.uuid_v7(),
    debit_account uuid NOT NULL REFERENCES ledger.accounts (id) ON DELETE RESTRICT,
    credit_account uuid NOT NULL REFERENCES ledger.accounts (id) ON DELETE RESTRICT,
    amount ops.usdc NOT NULL CHECK (amount > 0),
    reason text NOT NULL CHECK (
        reason IN (
            'deposit', 'hold', 'pay', 'release', 'refund', 'advance', 'repay', 'recover', 'fee',
            'payout', 'settle', 'return'
        )
    ),
    task_id uuid REFERENCES tasks (id) ON DELETE RESTRICT,
    stream_id uuid REFERENCES streams (id) ON DELETE RESTRICT,
    loan_id uuid REFERENCES loans (id) ON DELETE RESTRICT,
    transaction_id uuid REFERENCES transactions (id) ON DELETE RESTRICT,
    deposit_id uuid REFERENCES ops.deposits (id) ON DELETE RESTRICT,
    source_seq integer NOT NULL DEFAULT 0 CHECK (source_seq >= 0),
    event_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (debit_account <> credit_account),
    CONSTRAINT transfers_source CHECK (num_nonnulls(task_id, stream_id, loan_id, transaction_id, deposit_id) = 1)
);

CREATE UNIQUE INDEX transfers_task_key ON ledger.transfers (task_id, reason, source_seq) WHERE task_id IS NOT NULL;
CREATE UNIQUE INDEX transfers_stream_key ON ledger.transfers (stream_id, reason, source_seq)
WHERE stream_id IS NOT NULL;
CREATE UNIQUE INDEX transfers_loan_key ON ledger.transfers (loan_id, reason, source_seq) WHERE loan_id IS NOT NULL;
CREATE UNIQUE INDEX transfers_transaction_key ON ledger.transfers (transaction_id, reason, source_seq)
WHERE transaction_id IS NOT NULL;
CREATE UNIQUE INDEX transfers_deposit_key ON ledger.transfers (deposit_id, reason, source_seq)
WHERE deposit_id IS NOT NULL;
CREATE INDEX transfers_debit_account_idx ON ledger.transfers (debit_account, id);
CREATE INDEX transfers_credit_account_idx ON ledger.transfers (credit_account, id);
