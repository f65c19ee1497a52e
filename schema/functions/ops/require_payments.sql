-- Raises unless payment numbers are a settlement's own.
--
-- Raises:  GS015 (failed)
-- Cost:    O(payments)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION ops.require_payments(p_settlement ops.settlements, p_payment_nos bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM unnest(p_payment_nos) AS f (payment_no)
        WHERE f.payment_no NOT IN (
            SELECT p.payment_no FROM ops.settlement_payments AS p
            WHERE p.settlement_id = p_settlement.id
        )
    ) THEN
        RAISE EXCEPTION 'a payment that failed is not of this settlement' USING ERRCODE = 'GS015', COLUMN = 'failed';
    END IF;
END;
$$;
