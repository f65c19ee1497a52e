-- Keeps what follows from a stream's own figures: remaining_amount = total - released, and a stream with nothing left
-- to release is completed. A new stream takes its platform and worker from its task.
--
-- On:     streams, before insert or update, each row
-- Cost:   O(1)
-- Test:   tests/schema/test_streams.py

CREATE OR REPLACE FUNCTION update_stream_amounts() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF tg_op = 'INSERT' THEN
        SELECT t.platform_id, t.worker_id INTO NEW.platform_id, NEW.worker_id FROM tasks AS t WHERE t.id = NEW.task_id;
    ELSE
        NEW.updated_at := clock_timestamp();
    END IF;

    NEW.remaining_amount := NEW.total_amount - NEW.released_amount;
    IF NEW.remaining_amount = 0 AND NEW.status = 'active' THEN
        NEW.status := 'completed';
        NEW.next_release_at := NULL;
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER _200_stream_amounts
BEFORE INSERT OR UPDATE ON streams
FOR EACH ROW EXECUTE FUNCTION update_stream_amounts();
