-- An operator ends a conflict after looking at the chain: 'paid' by a transaction whose hash and block he gives, or
-- 'unpaid', with the hash of what took its nonce if he knows it; then the money is available to the workers again. The
-- signer stays paused until it is resumed.
--
-- Returns: the settlement, final_ok or final_reverted
-- Raises:  GS001; GS011 when it is not in conflict; GS015 when the outcome is neither or a failed payment is not its
--          own
-- Locks:   the settlement, its payouts in id order, the platforms; then the accounts, in id order
-- Cost:    O(payouts)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION clear_conflict(
    p_id uuid, p_outcome text, p_tx_hash text DEFAULT NULL, p_block_number bigint DEFAULT NULL,
    p_block_hash text DEFAULT NULL, p_gas_used bigint DEFAULT NULL, p_gas_price numeric DEFAULT NULL,
    p_failed bigint[] DEFAULT '{}'
) RETURNS ops.settlements
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.state <> 'conflict' THEN
        RAISE EXCEPTION 'the settlement is %, not in conflict', v_settlement.state USING ERRCODE = 'GS011';
    END IF;
    IF (p_outcome IN ('paid', 'unpaid')) IS NOT TRUE THEN
        RAISE EXCEPTION 'the outcome is paid or unpaid' USING ERRCODE = 'GS015', COLUMN = 'outcome';
    END IF;
    IF p_outcome = 'paid' AND num_nulls(p_tx_hash, p_block_number, p_block_hash) > 0 THEN
        RAISE EXCEPTION 'say by which transaction, in which block' USING ERRCODE = 'GS015', COLUMN = 'tx_hash';
    END IF;
    PERFORM ops.require_payments(v_settlement, p_failed);
    PERFORM ops.audit(
        'settlement.cleared', 'settlement', p_id, jsonb_build_object('outcome', p_outcome, 'tx_hash', p_tx_hash)
    );
    RETURN ops.end_settlement(
        v_settlement, p_tx_hash, p_block_number, p_block_hash, p_gas_used, p_gas_price, p_failed,
        CASE p_outcome WHEN 'unpaid' THEN v_settlement.error END, TRUE
    );
END;
$$;
