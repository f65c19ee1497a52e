-- updated_at says when a row last changed. Streams are touched by update_stream_amounts, which runs on each of them
-- anyway.
--
-- On:    workers, platforms, tasks, transactions, loans, ops.webhook_endpoints, before update, each row
-- Test:  tests/schema/test_schema.py

CREATE OR REPLACE FUNCTION ops.touch() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER _100_touch BEFORE UPDATE ON workers FOR EACH ROW EXECUTE FUNCTION ops.touch();
CREATE OR REPLACE TRIGGER _100_touch BEFORE UPDATE ON platforms FOR EACH ROW EXECUTE FUNCTION ops.touch();
CREATE OR REPLACE TRIGGER _100_touch BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION ops.touch();
CREATE OR REPLACE TRIGGER _100_touch BEFORE UPDATE ON transactions FOR EACH ROW EXECUTE FUNCTION ops.touch();
CREATE OR REPLACE TRIGGER _100_touch BEFORE UPDATE ON loans FOR EACH ROW EXECUTE FUNCTION ops.touch();
CREATE OR REPLACE TRIGGER _100_touch
BEFORE UPDATE OF url, event_types, description, secret_version, disabled_at ON ops.webhook_endpoints
FOR EACH ROW EXECUTE FUNCTION ops.touch();
