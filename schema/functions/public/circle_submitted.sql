-- Notes that Circle has taken a settlement, and in what state it is there. Twice is once; a later state replaces an
-- earlier one.
--
-- Returns: the settlement
-- Raises:  GS001; GS011 when it is not Circle's, is there under another id, or has ended
-- Locks:   the settlement, its payout
-- Cost:    O(1)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION circle_submitted(p_id uuid, p_circle_tx_id text, p_state text) RETURNS ops.settlements
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.rail <> 'circle' THEN
        RAISE EXCEPTION 'the settlement goes by rail %', v_settlement.rail USING ERRCODE = 'GS011';
    END IF;
    IF v_settlement.circle_tx_id <> p_circle_tx_id THEN
        RAISE EXCEPTION 'the settlement is at Circle as %', v_settlement.circle_tx_id USING ERRCODE = 'GS011';
    END IF;
    IF v_settlement.state IN ('final_ok', 'final_reverted') THEN
        RAISE EXCEPTION 'the settlement has ended as %', v_settlement.state USING ERRCODE = 'GS011';
    END IF;

    IF v_settlement.state = 'queued' THEN
        PERFORM ops.number_payments(v_settlement);
    END IF;
    UPDATE ops.settlements AS s
    SET
        state = CASE WHEN s.state = 'conflict' THEN s.state ELSE 'broadcast' END,
        circle_tx_id = p_circle_tx_id,
        circle_state = p_state
    WHERE s.id = p_id
    RETURNING s.* INTO v_settlement;
    UPDATE transactions AS t
    SET circle_tx_id = p_circle_tx_id
    FROM ops.settlement_payments AS p
    WHERE p.settlement_id = p_id AND t.id = p.transaction_id AND t.circle_tx_id IS NULL;
    RETURN v_settlement;
END;
$$;
