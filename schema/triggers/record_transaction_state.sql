-- Keeps the states that each transaction goes through, whoever moves it there.
--
-- On:    transactions, after insert or update, each statement
-- Cost:  O(rows changed); a change that moves no state writes nothing
-- Test:  tests/schema/test_payments.py

CREATE OR REPLACE FUNCTION ops.record_transaction_state() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    IF tg_op = 'INSERT' THEN
        INSERT INTO ops.transaction_states (transaction_id, status, error_message, created_at)
        SELECT n.id, n.status, n.error_message, coalesce(n.processed_at, n.created_at) FROM new_rows AS n;
    ELSE
        INSERT INTO ops.transaction_states (transaction_id, status, error_message)
        SELECT n.id, n.status, n.error_message
        FROM new_rows AS n
        INNER JOIN old_rows AS o ON n.id = o.id
        WHERE n.status <> o.status;
    END IF;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _500_record_state_insert
AFTER INSERT ON transactions
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.record_transaction_state();

CREATE OR REPLACE TRIGGER _500_record_state_update
AFTER UPDATE ON transactions
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.record_transaction_state();
