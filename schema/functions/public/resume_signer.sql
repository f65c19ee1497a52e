-- An operator lets a signer go on, at the chain's nonce as he has just read it: nonces that somebody else used with the
-- key are skipped.
--
-- Returns: the signer
-- Raises:  GS001; GS011 when it is not paused, while a settlement of its is in conflict, or when the chain's nonce is
--          below the next that the chain wants of us
-- Locks:   the signer
-- Cost:    O(1)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION resume_signer(
    p_chain_id bigint, p_address ops.address, p_chain_nonce bigint
) RETURNS ops.signers
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_signer ops.signers;
    v_conflicts bigint;
    v_wanted bigint;
BEGIN
    SELECT s.* INTO v_signer FROM ops.signers AS s
    WHERE s.chain_id = p_chain_id AND s.address = p_address
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no signer % on chain %', p_address, p_chain_id USING ERRCODE = 'GS001';
    END IF;
    IF v_signer.paused_at IS NULL THEN
        RAISE EXCEPTION 'the signer is not paused' USING ERRCODE = 'GS011';
    END IF;
    SELECT count(*) FILTER (WHERE s.state = 'conflict'), coalesce(min(s.nonce), v_signer.next_nonce)
    INTO v_conflicts, v_wanted
    FROM ops.settlements AS s
    WHERE s.rail = 'web3' AND s.chain_id = p_chain_id AND s.signer = p_address
        AND s.state IN ('reserved', 'signed', 'broadcast', 'conflict');
    IF v_conflicts > 0 THEN
        RAISE EXCEPTION 'settlements in conflict: %', v_conflicts USING ERRCODE = 'GS011';
    END IF;
    IF p_chain_nonce < v_wanted THEN
        RAISE EXCEPTION 'the chain''s nonce is %, below %: what came before is not there', p_chain_nonce, v_wanted
            USING ERRCODE = 'GS011';
    END IF;

    UPDATE ops.signers AS s
    SET
        paused_at = NULL,
        paused_reason = NULL,
        skipped_nonces = s.skipped_nonces + greatest(0, p_chain_nonce - s.next_nonce),
        next_nonce = greatest(s.next_nonce, p_chain_nonce)
    WHERE s.chain_id = p_chain_id AND s.address = p_address
    RETURNING s.* INTO v_signer;
    PERFORM ops.audit(
        'signer.resumed', 'signer', NULL,
        jsonb_build_object('chain_id', p_chain_id, 'address', p_address, 'next_nonce', v_signer.next_nonce)
    );
    RETURN v_signer;
END;
$$;
