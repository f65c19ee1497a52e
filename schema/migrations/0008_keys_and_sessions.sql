-- migrate:up

-- Result or parameters of these change, and CREATE OR REPLACE cannot change those.
DROP FUNCTION IF EXISTS credentials(text);
DROP FUNCTION IF EXISTS sign_in(uuid, bytea, bytea);
DROP FUNCTION IF EXISTS register_worker(text, text, text, text, bytea, bytea);
DROP FUNCTION IF EXISTS update_worker(text, text);

-- A key has a name, may have a successor, and its platform is told once that it will expire.
ALTER TABLE ops.api_keys
ADD COLUMN name text NOT NULL DEFAULT 'first key' CHECK (length(name) BETWEEN 1 AND 200),
ADD COLUMN replaced_by uuid REFERENCES ops.api_keys (id),
ADD COLUMN expiry_told_at timestamptz;

CREATE INDEX api_keys_replaced_by_idx ON ops.api_keys (replaced_by);
CREATE INDEX api_keys_expires_at_idx ON ops.api_keys (expires_at)
WHERE expires_at IS NOT NULL AND revoked_at IS NULL AND replaced_by IS NULL AND expiry_told_at IS NULL;

-- When a key was used last, to the minute. Beside the key and not in it: who counts a request never waits for who
-- rotates the key.
CREATE TABLE ops.api_key_uses (
    key_id uuid PRIMARY KEY REFERENCES ops.api_keys (id) ON DELETE CASCADE,
    last_used_at timestamptz NOT NULL
);

-- However often it is refreshed, a session ends.
ALTER TABLE ops.refresh_tokens ADD COLUMN session_ends_at timestamptz;
UPDATE ops.refresh_tokens SET session_ends_at = created_at + interval '30 days';
ALTER TABLE ops.refresh_tokens
ALTER COLUMN session_ends_at SET NOT NULL,
ADD CHECK (expires_at <= session_ends_at);

-- Ending a session asks for all of its tokens; the index of the live ones knows one.
CREATE INDEX refresh_tokens_session_id_idx ON ops.refresh_tokens (session_id);

-- Failed password sign-ins in a row, by the SHA-256 of the e-mail address, whether or not somebody has that address.
CREATE TABLE ops.sign_in_failures (
    address_hash bytea PRIMARY KEY CHECK (length(address_hash) = 32),
    failures integer NOT NULL,
    last_failed_at timestamptz NOT NULL
);

CREATE INDEX sign_in_failures_last_failed_at_idx ON ops.sign_in_failures (last_failed_at);

-- What a wallet was asked to sign, and for what; a row is good for one signature.
CREATE TABLE ops.wallet_nonces (
    nonce text PRIMARY KEY CHECK (length(nonce) BETWEEN 8 AND 64),
    address ops.address NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('sign_in', 'set_wallet')),
    expires_at timestamptz NOT NULL
);

CREATE INDEX wallet_nonces_expires_at_idx ON ops.wallet_nonces (expires_at);

-- A message that the wallet at this address has signed, and when it may be used, as the message itself says.
CREATE TYPE ops.wallet_proof AS (address text, nonce text, valid_from timestamptz, valid_until timestamptz);

CREATE INDEX invites_expires_at_idx ON ops.invites (expires_at);
