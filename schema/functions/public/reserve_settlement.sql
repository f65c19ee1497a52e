-- Gives a queued settlement its place: with rail web3 the signer's next nonce and the contract's next payment numbers,
-- which nothing else will ever get. From here on its payouts may be on their way.
-- When the chain's nonce is past ours, somebody else used the key: the signer is paused instead, and the settlement
-- comes back as it was, queued.
--
-- Returns: the settlement, reserved or still queued
-- Raises:  GS001; GS011 when it is not queued or its signer is not known; GS090 when the signer is paused; GS091 when
--          sixteen are on their way
-- Locks:   the signer, the settlement, its payouts in id order
-- Cost:    O(its payouts)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION reserve_settlement(p_id uuid, p_chain_nonce bigint DEFAULT NULL) RETURNS ops.settlements
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_settlement ops.settlements;
    v_signer ops.signers;
BEGIN
    -- Who has not been given a signer yet goes to the one that was opened last.
    SELECT g.* INTO v_signer
    FROM ops.settlements AS s
    INNER JOIN ops.signers AS g
        ON s.chain_id = g.chain_id AND s.contract = g.contract AND coalesce(s.signer, g.address) = g.address
    WHERE s.id = p_id
    ORDER BY g.opened_at DESC
    LIMIT 1
    FOR NO KEY UPDATE OF g;
    v_settlement := ops.lock_settlement(p_id);
    IF v_settlement.state <> 'queued' THEN
        RAISE EXCEPTION 'the settlement is %, not queued', v_settlement.state USING ERRCODE = 'GS011';
    END IF;

    IF v_settlement.rail = 'web3' THEN
        IF v_signer.address IS NULL THEN
            RAISE EXCEPTION 'no signer was opened for the settlement' USING ERRCODE = 'GS011';
        END IF;
        IF v_signer.paused_at IS NOT NULL THEN
            RAISE EXCEPTION 'the signer is paused: %', v_signer.paused_reason USING ERRCODE = 'GS090';
        END IF;
        IF p_chain_nonce > v_signer.next_nonce THEN
            PERFORM ops.pause_signer(
                v_signer.chain_id, v_signer.address,
                format('the chain''s nonce is %s, past ours, %s', p_chain_nonce, v_signer.next_nonce)
            );
            RETURN v_settlement;
        END IF;
        IF (
            SELECT count(*) FROM ops.settlements AS s
            WHERE s.rail = 'web3' AND s.chain_id = v_signer.chain_id AND s.signer = v_signer.address
                AND s.state IN ('reserved', 'signed', 'broadcast', 'conflict')
        ) >= 16 THEN
            RAISE EXCEPTION 'sixteen settlements are on their way' USING ERRCODE = 'GS091';
        END IF;
        UPDATE ops.signers AS g
        SET next_nonce = g.next_nonce + 1, next_payment_no = g.next_payment_no + v_settlement.payments
        WHERE g.chain_id = v_signer.chain_id AND g.address = v_signer.address;
    END IF;

    UPDATE ops.settlements AS s
    SET
        state = 'reserved',
        signer = coalesce(v_signer.address, s.signer),
        nonce = v_signer.next_nonce,
        first_payment_no = v_signer.next_payment_no
    WHERE s.id = p_id
    RETURNING s.* INTO v_settlement;
    PERFORM ops.number_payments(v_settlement);
    RETURN v_settlement;
END;
$$;
