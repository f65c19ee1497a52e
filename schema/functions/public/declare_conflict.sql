-- Stops at what nobody but a person can decide: the chain's nonce is past the settlement's and none of its hashes is
-- there. It stays as it is, with the money set aside, and its signer is paused. Twice is once.
--
-- Returns: the settlement, conflict
-- Raises:  GS001; GS011 when it is queued or has ended
-- Locks:   the signer, the settlement
-- Cost:    O(1)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION declare_conflict(p_id uuid, p_reason text) RETURNS ops.settlements
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement ops.settlements;
BEGIN
    PERFORM FROM ops.signers AS g
    INNER JOIN ops.settlements AS s ON g.chain_id = s.chain_id AND g.address = s.signer
    WHERE s.id = p_id
    FOR NO KEY UPDATE OF g;
    v_settlement := ops.lock_settlement(p_id);
    IF v_settlement.state = 'conflict' THEN
        RETURN v_settlement;
    END IF;
    IF v_settlement.state NOT IN ('reserved', 'signed', 'broadcast') THEN
        RAISE EXCEPTION 'the settlement is %, not on its way', v_settlement.state USING ERRCODE = 'GS011';
    END IF;

    UPDATE ops.settlements AS s SET state = 'conflict', error = p_reason WHERE s.id = p_id
    RETURNING s.* INTO v_settlement;
    PERFORM ops.audit('settlement.conflict', 'settlement', p_id, jsonb_build_object('reason', p_reason));
    PERFORM ops.pause_signer(v_settlement.chain_id, v_settlement.signer, p_reason);
    RETURN v_settlement;
END;
$$;
