-- Notes each new audit row as waiting for its seal, with its transaction's number. The transaction gets that number
-- before the row gets its time: so what is numbered after a seal is also younger than the seal.
--
-- On:      audit_logs, before and after insert, each statement
-- Locks:   nothing that another writer wants
-- Cost:    O(rows inserted)
-- Test:    tests/schema/test_audit_seals.py

CREATE OR REPLACE FUNCTION ops.await_seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
BEGIN
    IF tg_when = 'BEFORE' THEN
        PERFORM pg_current_xact_id();
    ELSE
        INSERT INTO ops.audit_waiting (audit_id) SELECT n.id FROM new_rows AS n;
    END IF;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _400_number
BEFORE INSERT ON audit_logs
FOR EACH STATEMENT EXECUTE FUNCTION ops.await_seal();

CREATE OR REPLACE TRIGGER _500_await_seal
AFTER INSERT ON audit_logs
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.await_seal();
