-- Holds a payout that has not ended and is in no settlement: what is on its way to the chain ends with its settlement.
--
-- Raises:  GS001; GS011
-- Locks:   the transaction
-- Cost:    O(1)
-- Test:    tests/schema/test_payments.py

CREATE OR REPLACE FUNCTION ops.lock_payout(p_transaction_id uuid) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_status text;
BEGIN
    SELECT t.status INTO v_status
    FROM transactions AS t
    WHERE t.id = p_transaction_id AND t.tx_type = 'payout'
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no payout %', p_transaction_id USING ERRCODE = 'GS001';
    END IF;
    IF v_status NOT IN ('pending', 'processing') THEN
        RAISE EXCEPTION 'the transaction is %, not pending or processing', v_status USING ERRCODE = 'GS011';
    END IF;
    IF EXISTS (SELECT FROM ops.settlement_payments AS p WHERE p.transaction_id = p_transaction_id) THEN
        RAISE EXCEPTION 'the payout ends with its settlement' USING ERRCODE = 'GS011';
    END IF;
END;
$$;
