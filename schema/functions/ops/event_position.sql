-- Where in the calling platform's feed an event stands: the number of its transaction.
--
-- Raises:  GS015 (cursor) when the feed holds no such event
-- Cost:    O(1)
-- Test:    tests/functions/test_events_feed.py

CREATE OR REPLACE FUNCTION ops.event_position(p_event_id uuid) RETURNS xid8
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_xid xid8;
BEGIN
    SELECT o.xid INTO v_xid FROM ops.outbox AS o WHERE o.id = p_event_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'is not a cursor of this list' USING ERRCODE = 'GS015', COLUMN = 'cursor';
    END IF;
    RETURN v_xid;
END;
$$;
