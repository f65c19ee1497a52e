-- Tells every platform that a worker is a member of, since each of them sees his score, that it has changed: from what
-- to what, and for which kind of event. Not by whom and for which task, which is between him and one of them.
--
-- On:     reputation_events, after insert, each statement
-- Cost:   O(events x memberships)
-- Test:   tests/schema/test_events.py

CREATE OR REPLACE FUNCTION ops.tell_reputation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
    SELECT
        'reputation.changed', m.platform_id, n.worker_id, 'worker', n.worker_id,
        jsonb_build_object(
            'event_type', n.event_type, 'previous_score', n.previous_score, 'new_score', n.new_score
        )
    FROM new_rows AS n
    INNER JOIN ops.memberships AS m ON n.worker_id = m.worker_id AND m.left_at IS NULL
    WHERE n.new_score <> n.previous_score
    ORDER BY n.worker_id, n.created_at, m.platform_id;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _500_tell
AFTER INSERT ON reputation_events
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.tell_reputation();
