-- Ends a settlement that did not pay: its transaction was reverted, or Circle ended it without paying, with or without
-- a hash. All its payouts fail, and their money is available to the workers again. Twice is once.
--
-- Returns: the settlement, final_reverted
-- Raises:  GS001; GS011 when it has ended otherwise or was not sent; GS094 when the hash is not its own
-- Locks:   the settlement, its payouts in id order; then the accounts, in id order
-- Cost:    O(payouts)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION revert_settlement(
    p_id uuid, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint, p_gas_price numeric,
    p_error text
) RETURNS ops.settlements
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.state = 'final_reverted' AND v_settlement.tx_hash IS NOT DISTINCT FROM p_tx_hash THEN
        RETURN v_settlement;
    END IF;
    PERFORM ops.require_attempt(v_settlement, p_tx_hash);
    RETURN ops.end_settlement(
        v_settlement, p_tx_hash, p_block_number, p_block_hash, p_gas_used, p_gas_price, '{}',
        coalesce(p_error, 'reverted'), FALSE
    );
END;
$$;
