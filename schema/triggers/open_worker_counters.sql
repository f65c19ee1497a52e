-- Every worker has counters from the start, so that the statistics only ever add to them.
--
-- On:    workers, after insert, each row
-- Test:  tests/schema/test_worker_statistics.py

CREATE OR REPLACE FUNCTION ops.open_worker_counters() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO ops.worker_counters (worker_id) VALUES (NEW.id);
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _500_open_counters
AFTER INSERT ON workers
FOR EACH ROW EXECUTE FUNCTION ops.open_worker_counters();
