-- Keeps a nonce that a wallet is about to sign, for one purpose and five minutes.
--
-- Cost:  O(1)
-- Test:  tests/functions/test_auth_wallets.py

CREATE OR REPLACE FUNCTION issue_wallet_nonce(
    p_nonce text, p_address text, p_purpose text, OUT issued_at timestamptz, OUT expires_at timestamptz
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    issued_at := date_trunc('second', clock_timestamp());
    expires_at := issued_at + interval '5 minutes';
    INSERT INTO ops.wallet_nonces AS n (nonce, address, purpose, expires_at)
    VALUES (p_nonce, p_address, p_purpose, expires_at);
END;
$$;
