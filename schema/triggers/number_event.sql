-- Numbers an event among those of its object that its platform is told of: 1, 2, 3 ...
--
-- On:     ops.outbox, before insert, each row
-- Locks:  the object's counter, until the transaction ends: whoever writes the next event has waited for this one
-- Cost:   O(1)
-- Test:   tests/schema/test_events.py

CREATE OR REPLACE FUNCTION ops.number_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
BEGIN
    INSERT INTO ops.event_counters AS c (object_id, platform_id, last)
    VALUES (NEW.object_id, NEW.platform_id, 1)
    ON CONFLICT (object_id, platform_id) DO UPDATE SET last = c.last + 1
    RETURNING c.last INTO NEW.sequence;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER _100_number
BEFORE INSERT ON ops.outbox
FOR EACH ROW EXECUTE FUNCTION ops.number_event();
