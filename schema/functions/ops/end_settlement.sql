-- Ends a settlement and its payouts with it: those whose payment numbers are in p_failed are not paid, and none is when
-- p_error says why the whole failed. The caller holds the settlement, which is not final.
--
-- Returns: the settlement
-- Locks:   the payouts in id order; then as ops.end_payouts
-- Cost:    O(payouts)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION ops.end_settlement(
    p_settlement ops.settlements, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint,
    p_gas_price numeric, p_failed bigint[], p_error text, p_cleared boolean
) RETURNS ops.settlements
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement ops.settlements;
BEGIN
    PERFORM FROM transactions AS t
    WHERE t.id IN (SELECT p.transaction_id FROM ops.settlement_payments AS p WHERE p.settlement_id = p_settlement.id)
    ORDER BY t.id
    FOR NO KEY UPDATE;
    IF p_settlement.state = 'queued' AND p_settlement.rail = 'circle' THEN
        PERFORM ops.number_payments(p_settlement);
    END IF;

    UPDATE ops.settlements AS s
    SET
        state = CASE WHEN p_error IS NULL THEN 'final_ok' ELSE 'final_reverted' END,
        tx_hash = p_tx_hash,
        block_number = p_block_number,
        block_hash = p_block_hash,
        gas_used = p_gas_used,
        gas_price = p_gas_price,
        error = coalesce(p_error, s.error),
        cleared_at = CASE WHEN p_cleared THEN clock_timestamp() END
    WHERE s.id = p_settlement.id
    RETURNING s.* INTO v_settlement;
    UPDATE ops.settlement_payments AS p
    SET failed = TRUE
    WHERE p.settlement_id = p_settlement.id AND (p_error IS NOT NULL OR p.payment_no = ANY(p_failed));

    PERFORM ops.end_payouts(
        array_agg(p.transaction_id ORDER BY p.transaction_id), p_tx_hash,
        array_agg(p.payment_no ORDER BY p.transaction_id),
        array_agg(
            CASE WHEN p.failed THEN coalesce(p_error, 'the payee could not be paid') END ORDER BY p.transaction_id
        )
    )
    FROM ops.settlement_payments AS p
    WHERE p.settlement_id = p_settlement.id;
    RETURN v_settlement;
END;
$$;
