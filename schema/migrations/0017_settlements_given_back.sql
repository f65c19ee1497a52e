-- migrate:up

-- What was never given a nonce may end without one: an operator gives back what the chain will never take.
ALTER TABLE ops.settlements
DROP CONSTRAINT settlements_web3,
ADD CONSTRAINT settlements_web3 CHECK (
    rail <> 'web3'
    OR (
        contract IS NOT NULL
        AND num_nonnulls(idempotency_key, circle_tx_id, circle_state) = 0
        AND CASE state
            WHEN 'queued' THEN nonce IS NULL
            WHEN 'final_reverted' THEN nonce IS NOT NULL OR cleared_at IS NOT NULL
            ELSE nonce IS NOT NULL
        END
        AND (nonce IS NULL) = (first_payment_no IS NULL)
        AND (nonce IS NULL OR signer IS NOT NULL)
    )
);
