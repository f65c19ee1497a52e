-- Raises unless a receipt can end a settlement: with rail web3 it must be of one of its own hashes.
--
-- Raises:  GS011 when the settlement has ended otherwise, or was not sent; GS094 when the hash is not its own
-- Cost:    O(1)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION ops.require_attempt(p_settlement ops.settlements, p_tx_hash text) RETURNS void
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    IF p_settlement.state IN ('final_ok', 'final_reverted') THEN
        RAISE EXCEPTION 'the settlement has ended as %', p_settlement.state USING ERRCODE = 'GS011';
    END IF;
    IF p_settlement.rail = 'web3' AND NOT EXISTS (
        SELECT FROM ops.settlement_attempts AS a
        WHERE a.settlement_id = p_settlement.id AND a.tx_hash = p_tx_hash
    ) THEN
        RAISE EXCEPTION '% is not a hash of this settlement', p_tx_hash USING ERRCODE = 'GS094';
    END IF;
END;
$$;
