-- Uses up what a wallet has signed: whether it was asked to sign just that, for this purpose, and both what we said and
-- what it signed still hold. The signature was checked before.
--
-- Locks:   the nonce's row, which goes: of two uses at once the second finds none
-- Cost:    O(1)
-- Test:    tests/functions/test_auth_wallets.py

CREATE OR REPLACE FUNCTION ops.use_wallet_proof(p_proof ops.wallet_proof, p_purpose text) RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    DELETE FROM ops.wallet_nonces AS n
    WHERE n.nonce = (p_proof).nonce
        AND n.address = (p_proof).address
        AND n.purpose = p_purpose
        AND n.expires_at > clock_timestamp()
        AND (p_proof).valid_from <= clock_timestamp()
        AND (p_proof).valid_until > clock_timestamp();
    RETURN FOUND;
END;
$$;
