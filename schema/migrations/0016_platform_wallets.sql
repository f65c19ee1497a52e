-- migrate:up

-- A platform's wallet signs that it is the platform's. The address that a platform has by now, it keeps.
ALTER TABLE ops.wallet_nonces
DROP CONSTRAINT wallet_nonces_purpose_check,
ADD CONSTRAINT wallet_nonces_purpose_check CHECK (purpose IN ('sign_in', 'set_wallet', 'set_platform_wallet'));

-- Their new forms take what the wallet has signed.
DROP FUNCTION IF EXISTS register_platform(text, text, text, text, text, bytea, text[]);
DROP FUNCTION IF EXISTS update_platform(text, text, text, numeric);
