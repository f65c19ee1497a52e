-- Notes why the chain would not take a settlement now, NULL when it would after all. It stays queued, without a nonce.
--
-- Returns: the settlement
-- Raises:  GS001; GS011 when it is not queued
-- Locks:   the settlement
-- Cost:    O(1)
-- Test:    tests/chain/test_web3_rail.py

CREATE OR REPLACE FUNCTION note_refusal(p_id uuid, p_error text) RETURNS ops.settlements
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.state <> 'queued' THEN
        RAISE EXCEPTION 'the settlement is %, not queued', v_settlement.state USING ERRCODE = 'GS011';
    END IF;
    UPDATE ops.settlements AS s SET error = p_error WHERE s.id = p_id AND s.error IS DISTINCT FROM p_error;
    RETURN ops.lock_settlement(p_id);
END;
$$;
