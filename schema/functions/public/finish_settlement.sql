-- Ends a settlement whose receipt is final and good: its payouts are completed, but for the payment numbers in
-- p_failed, whose payees could not be paid and whose money is available to them again. Twice is once. A conflict ends
-- so too, when the receipt turns out to be ours; its signer stays paused until somebody resumes it.
--
-- Returns: the settlement, final_ok
-- Raises:  GS001; GS011 when it has ended otherwise or was not sent; GS094 when the hash is not its own; GS015 when a
--          failed payment is not its own
-- Locks:   the settlement, its payouts in id order, the platforms; then the accounts, in id order
-- Cost:    O(payouts)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION finish_settlement(
    p_id uuid, p_tx_hash text, p_block_number bigint, p_block_hash text, p_gas_used bigint DEFAULT NULL,
    p_gas_price numeric DEFAULT NULL, p_failed bigint[] DEFAULT '{}'
) RETURNS ops.settlements
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.state = 'final_ok' AND v_settlement.tx_hash = p_tx_hash THEN
        RETURN v_settlement;
    END IF;
    PERFORM ops.require_attempt(v_settlement, p_tx_hash);
    IF v_settlement.state IN ('queued', 'reserved') THEN
        RAISE EXCEPTION 'the settlement is %, and was not sent', v_settlement.state USING ERRCODE = 'GS011';
    END IF;
    PERFORM ops.require_payments(v_settlement, p_failed);
    RETURN ops.end_settlement(
        v_settlement, p_tx_hash, p_block_number, p_block_hash, p_gas_used, p_gas_price, p_failed, NULL, FALSE
    );
END;
$$;
