-- Puts each new event on its way to the endpoints of its platform that want it, in the transaction that it tells of: an
-- endpoint is told of everything that is written after it was made.
--
-- On:     ops.outbox, after insert, each statement
-- Locks:  the endpoints against deletion
-- Cost:   O(events x endpoints)
-- Test:   tests/schema/test_events.py

CREATE OR REPLACE FUNCTION ops.queue_deliveries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
BEGIN
    INSERT INTO ops.webhook_deliveries (platform_id, endpoint_id, event_id)
    SELECT e.platform_id, e.id, n.id
    FROM new_rows AS n
    INNER JOIN ops.webhook_endpoints AS e ON n.platform_id = e.platform_id
    WHERE e.disabled_at IS NULL AND ops.is_wanted(e.id, e.event_types, n.event, n.object_type, n.object_id)
    ORDER BY n.id, e.id
    FOR KEY SHARE OF e;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _500_queue_deliveries
AFTER INSERT ON ops.outbox
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.queue_deliveries();
