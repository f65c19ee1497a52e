-- Keeps workers.last_active_at, and never moves it back. A release is the clock's act, not the worker's, and does not
-- count.
--
-- On:     tasks, after insert or update, and ops.refresh_tokens (a sign-in), after insert, each statement
-- Locks:  the workers, in id order
-- Cost:   O(rows changed)
-- Test:   tests/schema/test_worker_last_active.py

CREATE OR REPLACE FUNCTION update_worker_last_active() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_workers uuid [] := ARRAY(SELECT DISTINCT n.worker_id FROM new_rows AS n ORDER BY n.worker_id);
BEGIN
    PERFORM FROM workers AS w WHERE w.id = ANY(v_workers) ORDER BY w.id FOR NO KEY UPDATE;

    UPDATE workers AS w
    SET last_active_at = clock_timestamp()
    WHERE w.id = ANY(v_workers) AND (w.last_active_at IS NULL OR w.last_active_at < clock_timestamp());
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _520_worker_last_active_insert
AFTER INSERT ON tasks
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_worker_last_active();

CREATE OR REPLACE TRIGGER _520_worker_last_active_update
AFTER UPDATE ON tasks
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_worker_last_active();

CREATE OR REPLACE TRIGGER _520_worker_last_active
AFTER INSERT ON ops.refresh_tokens
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_worker_last_active();
