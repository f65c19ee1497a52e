-- Notes that Circle is about to be asked to carry a settlement out, before it is: from the first time on the money may
-- be on its way. Whatever becomes of the answer, it is asked again with the same key after 30 seconds, then after twice
-- as long each time, an hour at most.
--
-- Returns: how often it was asked before; what it asks is then first whether Circle has it already
-- Raises:  GS001; GS101 when it is not Circle's, or Circle has it
-- Locks:   the settlement, its payout
-- Cost:    O(1)
-- Test:    tests/chain/test_circle_rail.py

CREATE OR REPLACE FUNCTION ask_circle(p_id uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
    v_asks integer;
BEGIN
    IF v_settlement.rail <> 'circle' OR v_settlement.state NOT IN ('queued', 'reserved') THEN
        RAISE EXCEPTION 'the settlement is % by rail %', v_settlement.state, v_settlement.rail USING ERRCODE = 'GS101';
    END IF;
    IF v_settlement.state = 'queued' THEN
        PERFORM reserve_settlement(p_id);
    END IF;

    INSERT INTO ops.circle_polls AS c (settlement_id, asks, due_at)
    VALUES (p_id, 1, clock_timestamp() + interval '30 seconds')
    ON CONFLICT (settlement_id) DO UPDATE
    SET asks = c.asks + 1,
        due_at = clock_timestamp() + least(interval '1 hour', interval '30 seconds' * 2 ^ least(c.asks, 10)),
        updated_at = clock_timestamp()
    RETURNING c.asks - 1 INTO v_asks;
    RETURN v_asks;
END;
$$;
