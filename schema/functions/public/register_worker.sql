-- Registers a worker, signs him in, and accepts his invite if he brings one. A wallet is his when it has signed.
--
-- Raises:  GS024 when the e-mail address is taken; GS013 (wallet) when the wallet address is; GS022 for a bad
--          invite; GS042 (wallet) when what the wallet has signed was not asked for, was used or is too old
-- Cost:    O(1)
-- Test:    tests/functions/test_auth_sessions.py

CREATE OR REPLACE FUNCTION register_worker(
    p_name text, p_email text, p_password_hash text, p_wallet ops.wallet_proof, p_invite_hash bytea, p_token_hash bytea
) RETURNS TABLE (worker_id uuid, session_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_worker_id uuid;
    v_session_id uuid;
BEGIN
    IF (p_wallet).address IS NOT NULL AND NOT ops.use_wallet_proof(p_wallet, 'set_wallet') THEN
        RAISE EXCEPTION 'was not asked for here, was used before or is too old'
            USING ERRCODE = 'GS042', COLUMN = 'wallet';
    END IF;
    INSERT INTO workers (name, email, password_hash, wallet_address, last_active_at)
    VALUES (p_name, p_email, p_password_hash, (p_wallet).address, clock_timestamp())
    ON CONFLICT DO NOTHING
    RETURNING id INTO v_worker_id;
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM workers WHERE lower(email) = lower(p_email)) THEN
            RAISE EXCEPTION 'this e-mail address is registered already' USING ERRCODE = 'GS024', COLUMN = 'email';
        END IF;
        RAISE EXCEPTION 'this wallet address belongs to somebody else'
            USING ERRCODE = 'GS013', COLUMN = 'wallet';
    END IF;

    v_session_id := ops.start_session(v_worker_id, p_token_hash);
    PERFORM ops.audit('worker.registered', 'worker', v_worker_id);
    PERFORM ops.accept_invite(v_worker_id, p_invite_hash);
    RETURN QUERY VALUES (v_worker_id, v_session_id);
END;
$$;
