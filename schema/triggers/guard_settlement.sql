-- Lets a settlement move only along its way, and keeps what it was given: queued, reserved, signed, broadcast, then
-- final; a conflict in between waits for a person or for a receipt. What is final does not change.
--
-- On:      ops.settlements, before update, each row
-- Raises:  GS011
-- Cost:    O(1)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION ops.guard_settlement() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.state IN ('final_ok', 'final_reverted') THEN
        RAISE EXCEPTION 'the settlement has ended as %', OLD.state USING ERRCODE = 'GS011';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state || ' ' || NEW.state) <> ALL(
        CASE OLD.rail
            WHEN 'web3' THEN ARRAY[
                'queued reserved', 'queued final_reverted', 'reserved signed', 'reserved conflict',
                'signed broadcast', 'signed final_ok', 'signed final_reverted', 'signed conflict',
                'broadcast final_ok', 'broadcast final_reverted', 'broadcast conflict',
                'conflict final_ok', 'conflict final_reverted'
            ]
            ELSE ARRAY[
                'queued reserved', 'queued broadcast', 'queued final_reverted',
                'reserved broadcast', 'reserved final_reverted', 'reserved conflict',
                'broadcast final_ok', 'broadcast final_reverted', 'broadcast conflict',
                'conflict final_ok', 'conflict final_reverted'
            ]
        END
    ) THEN
        RAISE EXCEPTION 'a settlement does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'GS011';
    END IF;
    IF (
        NEW.id, NEW.rail, NEW.chain_id, NEW.payments, NEW.amount, NEW.idempotency_key, NEW.created_at
    ) IS DISTINCT FROM (
        OLD.id, OLD.rail, OLD.chain_id, OLD.payments, OLD.amount, OLD.idempotency_key, OLD.created_at
    )
    OR (
        OLD.state <> 'queued'
        AND (NEW.signer, NEW.contract, NEW.nonce, NEW.first_payment_no)
        IS DISTINCT FROM (OLD.signer, OLD.contract, OLD.nonce, OLD.first_payment_no)
    )
    OR NEW.circle_tx_id IS DISTINCT FROM coalesce(OLD.circle_tx_id, NEW.circle_tx_id) THEN
        RAISE EXCEPTION 'what a settlement was given does not change' USING ERRCODE = 'GS011';
    END IF;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER _200_guard
BEFORE UPDATE ON ops.settlements
FOR EACH ROW EXECUTE FUNCTION ops.guard_settlement();
