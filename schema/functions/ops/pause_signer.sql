-- Pauses a signer, so that nothing more is reserved; the first reason stays.
--
-- Locks:   the signer
-- Cost:    O(1)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION ops.pause_signer(p_chain_id bigint, p_address ops.address, p_reason text) RETURNS void
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE ops.signers AS s
    SET paused_at = clock_timestamp(), paused_reason = p_reason
    WHERE s.chain_id = p_chain_id AND s.address = p_address AND s.paused_at IS NULL;
    IF FOUND THEN
        PERFORM ops.audit(
            'signer.paused', 'signer', NULL,
            jsonb_build_object('chain_id', p_chain_id, 'address', p_address, 'reason', p_reason)
        );
    END IF;
END;
$$;
