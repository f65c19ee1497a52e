-- Begins a session for the worker whose wallet has signed. The nonce is used up though nobody has the wallet, so that
-- is told by an empty answer and not by an error.
--
-- Cost:  O(1)
-- Test:  tests/functions/test_auth_wallets.py

CREATE OR REPLACE FUNCTION wallet_sign_in(p_proof ops.wallet_proof, p_token_hash bytea)
RETURNS TABLE (worker_id uuid, session_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT ops.use_wallet_proof(p_proof, 'sign_in') THEN
        RETURN;
    END IF;
    UPDATE workers AS w SET last_active_at = greatest(w.last_active_at, clock_timestamp())
    WHERE lower(w.wallet_address) = lower((p_proof).address)
    RETURNING w.id INTO worker_id;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    session_id := ops.start_session(worker_id, p_token_hash);
    PERFORM ops.audit('worker.signed_in', 'worker', worker_id, '{"by": "wallet"}');
    RETURN NEXT;
END;
$$;
