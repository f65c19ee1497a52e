-- Keeps what a settlement pays as it was queued: a payment is numbered once, and may turn out to have failed.
--
-- On:      ops.settlement_payments, before update, each row
-- Raises:  GS014
-- Cost:    O(1)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION ops.guard_payment() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF (NEW.settlement_id, NEW.transaction_id, NEW.to_address, NEW.amount)
    IS DISTINCT FROM (OLD.settlement_id, OLD.transaction_id, OLD.to_address, OLD.amount)
    OR (
        OLD.payment_no IS NOT NULL
        AND (NEW.payment_no, NEW.chain_id, NEW.contract)
        IS DISTINCT FROM (OLD.payment_no, OLD.chain_id, OLD.contract)
    )
    OR (OLD.failed AND NOT NEW.failed) THEN
        RAISE EXCEPTION 'what a settlement pays does not change' USING ERRCODE = 'GS014';
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER _200_guard
BEFORE UPDATE ON ops.settlement_payments
FOR EACH ROW EXECUTE FUNCTION ops.guard_payment();
