-- An operator ends a settlement that the chain will never take, such as one that takes more gas than a transaction may:
-- as long as it is queued nothing was signed for it, so nothing can be paid by it. Its payouts fail, and their money is
-- available to the workers again; what is put into settlements then is cut anew.
--
-- Returns: the settlement, final_reverted
-- Raises:  GS001; GS011 when it is not queued, or Circle's
-- Locks:   the settlement, its payouts in id order; then the accounts, in id order
-- Cost:    O(payouts)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION give_back_settlement(p_id uuid) RETURNS ops.settlements
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement ops.settlements := ops.lock_settlement(p_id);
BEGIN
    IF v_settlement.rail <> 'web3' OR v_settlement.state <> 'queued' THEN
        RAISE EXCEPTION 'the settlement is % on rail %, not queued for the contract',
            v_settlement.state, v_settlement.rail
            USING ERRCODE = 'GS011';
    END IF;
    PERFORM ops.audit(
        'settlement.given_back', 'settlement', p_id, jsonb_build_object('error', v_settlement.error)
    );
    RETURN ops.end_settlement(
        v_settlement, NULL, NULL, NULL, NULL, NULL, '{}', coalesce(v_settlement.error, 'given back'), TRUE
    );
END;
$$;
