-- Keeps what was signed for a settlement, before it is sent: bytes, hash and fees. The same again changes nothing.
--
-- Returns: the settlement
-- Raises:  GS001; GS011 unless it is reserved, signed or broadcast; GS094 when the hash is another settlement's
-- Locks:   the settlement
-- Cost:    O(1)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION store_attempt(
    p_id uuid, p_tx_hash text, p_raw bytea, p_gas bigint, p_max_fee numeric, p_priority numeric
) RETURNS ops.settlements
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF EXISTS (
        SELECT FROM ops.settlement_attempts AS a
        WHERE a.settlement_id = p_id AND a.tx_hash = p_tx_hash AND a.raw = p_raw
    ) THEN
        RETURN v_settlement;
    END IF;
    IF v_settlement.rail <> 'web3' OR v_settlement.state NOT IN ('reserved', 'signed', 'broadcast') THEN
        RAISE EXCEPTION 'the settlement is %, not reserved, signed or broadcast', v_settlement.state
            USING ERRCODE = 'GS011';
    END IF;

    INSERT INTO ops.settlement_attempts (
        settlement_id, number, tx_hash, raw, gas, max_fee_per_gas, max_priority_fee_per_gas
    )
    VALUES (
        p_id,
        (SELECT count(*) + 1 FROM ops.settlement_attempts AS a WHERE a.settlement_id = p_id),
        p_tx_hash, p_raw, p_gas, p_max_fee, p_priority
    )
    ON CONFLICT (tx_hash) DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the hash is another attempt''s' USING ERRCODE = 'GS094';
    END IF;
    UPDATE ops.settlements AS s SET state = 'signed' WHERE s.id = p_id AND s.state = 'reserved';
    RETURN ops.lock_settlement(p_id);
END;
$$;
