-- Keeps what was signed as it was stored: of an attempt only when it was first sent is added, and what was answered.
--
-- On:      ops.settlement_attempts, before update, each row
-- Raises:  GS014
-- Cost:    O(1)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION ops.guard_attempt() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF (
        NEW.settlement_id, NEW.number, NEW.tx_hash, NEW.raw, NEW.gas, NEW.max_fee_per_gas,
        NEW.max_priority_fee_per_gas, NEW.stored_at
    ) IS DISTINCT FROM (
        OLD.settlement_id, OLD.number, OLD.tx_hash, OLD.raw, OLD.gas, OLD.max_fee_per_gas,
        OLD.max_priority_fee_per_gas, OLD.stored_at
    )
    OR NEW.broadcast_at IS DISTINCT FROM coalesce(OLD.broadcast_at, NEW.broadcast_at) THEN
        RAISE EXCEPTION 'what was signed does not change' USING ERRCODE = 'GS014';
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER _200_guard
BEFORE UPDATE ON ops.settlement_attempts
FOR EACH ROW EXECUTE FUNCTION ops.guard_attempt();
