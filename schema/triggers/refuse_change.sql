-- What is written stays written: history is appended to, and no table that money hangs on is emptied at once.
--
-- On:      ledger.transfers, audit_logs and their seals, before update, delete or truncate; reputation_events and
--          the states of transactions, before update or truncate (a draft worker's go with him); every other domain
--          table, before truncate
-- Raises:  GS014
-- Test:    tests/schema/test_append_only.py

CREATE OR REPLACE FUNCTION ops.refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% of %.% is not allowed', lower(tg_op), tg_table_schema, tg_table_name USING ERRCODE = 'GS014';
END;
$$;

CREATE OR REPLACE TRIGGER _000_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.transfers
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_logs
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON ops.audit_seals
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_append_only
BEFORE UPDATE OR TRUNCATE ON reputation_events
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_append_only
BEFORE UPDATE OR TRUNCATE ON ops.transaction_states
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_no_truncate
BEFORE TRUNCATE ON ledger.accounts
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_no_truncate
BEFORE TRUNCATE ON ops.deposits
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_no_truncate
BEFORE TRUNCATE ON workers
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_no_truncate
BEFORE TRUNCATE ON platforms
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_no_truncate
BEFORE TRUNCATE ON tasks
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_no_truncate
BEFORE TRUNCATE ON streams
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_no_truncate
BEFORE TRUNCATE ON transactions
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_no_truncate
BEFORE TRUNCATE ON loans
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_no_delete
BEFORE DELETE OR TRUNCATE ON ops.settlements
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_no_delete
BEFORE DELETE OR TRUNCATE ON ops.settlement_payments
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_no_delete
BEFORE DELETE OR TRUNCATE ON ops.settlement_attempts
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_no_delete
BEFORE DELETE OR TRUNCATE ON ops.signers
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON ops.payout_retries
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE OR REPLACE TRIGGER _000_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON ops.told_releases
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
