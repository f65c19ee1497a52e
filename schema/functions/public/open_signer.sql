-- Makes the current signer known, at the start of each run: what is queued on its chain is now its to pay, through its
-- contract. Whoever it is goes on with the contract's payment numbers, an old signer too that comes back after another
-- one has paid.
-- As owner, like all that the role signer does to these tables.
--
-- Returns: the signer
-- Raises:  GS011 when its contract changes while something of the old one is on its way
-- Locks:   the signer, then what is queued and not yet its own
-- Cost:    O(1), but for a change
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION open_signer(
    p_chain_id bigint, p_address ops.address, p_contract ops.address, p_chain_nonce bigint
) RETURNS ops.signers
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_signer ops.signers;
BEGIN
    INSERT INTO ops.signers (chain_id, address, contract, first_nonce, next_nonce, next_payment_no)
    VALUES (
        p_chain_id, p_address, p_contract, p_chain_nonce, p_chain_nonce, ops.next_payment_no(p_chain_id, p_contract)
    )
    ON CONFLICT DO NOTHING;
    SELECT s.* INTO v_signer FROM ops.signers AS s
    WHERE s.chain_id = p_chain_id AND s.address = p_address
    FOR NO KEY UPDATE;

    IF v_signer.contract <> p_contract THEN
        IF EXISTS (
            SELECT FROM ops.settlements AS s
            WHERE s.rail = 'web3' AND s.chain_id = p_chain_id AND s.signer = p_address
                AND s.state IN ('reserved', 'signed', 'broadcast', 'conflict')
        ) THEN
            RAISE EXCEPTION 'settlements of contract % are on their way', v_signer.contract USING ERRCODE = 'GS011';
        END IF;
    END IF;
    UPDATE ops.signers AS s
    SET
        contract = p_contract,
        next_payment_no = ops.next_payment_no(p_chain_id, p_contract),
        opened_at = clock_timestamp()
    WHERE s.chain_id = p_chain_id AND s.address = p_address
    RETURNING s.* INTO v_signer;
    UPDATE ops.settlements AS s
    SET signer = p_address, contract = p_contract
    WHERE s.rail = 'web3' AND s.chain_id = p_chain_id AND s.state = 'queued'
        AND (s.signer, s.contract) IS DISTINCT FROM (p_address, p_contract);
    RETURN v_signer;
END;
$$;
