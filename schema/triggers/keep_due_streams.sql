-- Keeps ops.due_streams equal to the active streams and their next_release_at. Nobody waits here, as whoever writes a
-- stream holds its row.
--
-- On:     streams, after insert or update, each statement
-- Locks:  the streams' rows of ops.due_streams
-- Cost:   O(rows written), by key; of those that keep their hour nothing is written. Plans as in ledger.apply_transfers
-- Test:   tests/schema/test_release.py; every test's recount (ops.recount_tasks)

CREATE OR REPLACE FUNCTION ops.keep_due_streams() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ops, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    MERGE INTO ops.due_streams AS d
    USING new_rows AS n
        ON d.stream_id = n.id
    WHEN MATCHED AND n.next_release_at IS NULL THEN
        DELETE
    WHEN MATCHED AND d.next_release_at <> n.next_release_at THEN
        UPDATE SET next_release_at = n.next_release_at
    WHEN NOT MATCHED AND n.next_release_at IS NOT NULL THEN
        INSERT (stream_id, platform_id, next_release_at) VALUES (n.id, n.platform_id, n.next_release_at);
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _500_due_streams_insert
AFTER INSERT ON public.streams
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.keep_due_streams();

CREATE OR REPLACE TRIGGER _500_due_streams_update
AFTER UPDATE ON public.streams
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.keep_due_streams();
