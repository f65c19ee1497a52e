-- Counts how often in a row the chain's nonce was past a settlement's own and none of its hashes was found; anything
-- else counts from 0 again.
--
-- Returns: how often by now
-- Raises:  GS001; GS011 when it has ended
-- Locks:   the settlement
-- Cost:    O(1)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION observe_settlement(p_id uuid, p_is_missing boolean) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.state IN ('final_ok', 'final_reverted') THEN
        RAISE EXCEPTION 'the settlement has ended as %', v_settlement.state USING ERRCODE = 'GS011';
    END IF;
    UPDATE ops.settlements AS s
    SET observed = CASE WHEN p_is_missing THEN s.observed + 1 ELSE 0 END
    WHERE s.id = p_id AND (p_is_missing OR s.observed > 0)
    RETURNING s.observed INTO v_settlement.observed;
    RETURN coalesce(v_settlement.observed, 0);
END;
$$;
