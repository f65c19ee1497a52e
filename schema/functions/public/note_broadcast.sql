-- Notes that an attempt was sent, and what the node answered, which proves nothing. Again keeps the first time and the
-- last answer.
--
-- Raises:  GS094 when no attempt has that hash
-- Locks:   the settlement, the attempt
-- Cost:    O(1)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION note_broadcast(p_tx_hash text, p_answer text DEFAULT NULL) RETURNS ops.settlements
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement ops.settlements;
BEGIN
    SELECT s.* INTO v_settlement
    FROM ops.settlements AS s
    INNER JOIN ops.settlement_attempts AS a ON s.id = a.settlement_id
    WHERE a.tx_hash = p_tx_hash
    FOR NO KEY UPDATE OF s;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no attempt has the hash %', p_tx_hash USING ERRCODE = 'GS094';
    END IF;
    UPDATE ops.settlement_attempts AS a
    SET broadcast_at = coalesce(a.broadcast_at, clock_timestamp()), answer = p_answer
    WHERE a.tx_hash = p_tx_hash;
    UPDATE ops.settlements AS s SET state = 'broadcast' WHERE s.id = v_settlement.id AND s.state = 'signed';
    RETURN ops.lock_settlement(v_settlement.id);
END;
$$;
