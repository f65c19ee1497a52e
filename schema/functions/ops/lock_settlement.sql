-- Holds a settlement.
--
-- Raises:  GS001
-- Locks:   the settlement
-- Cost:    O(1)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION ops.lock_settlement(p_id uuid) RETURNS ops.settlements
LANGUAGE plpgsql
AS $$
DECLARE
    v_settlement ops.settlements;
BEGIN
    SELECT s.* INTO v_settlement FROM ops.settlements AS s WHERE s.id = p_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no settlement %', p_id USING ERRCODE = 'GS001';
    END IF;
    RETURN v_settlement;
END;
$$;
