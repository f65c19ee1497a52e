-- Applies an event to the worker's score, clamped to 0..1000, and stamps the event with the score before and after.
-- Events of one worker follow each other in created_at: the next one's previous_score is this one's new_score.
--
-- On:     reputation_events, before insert, each row
-- Locks:  the worker's row, so that two events queue and chain
-- Cost:   O(1)
-- Test:   tests/schema/test_reputation.py

CREATE OR REPLACE FUNCTION update_reputation_score() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    SELECT w.reputation_score INTO NEW.previous_score FROM workers AS w WHERE w.id = NEW.worker_id FOR NO KEY UPDATE;
    NEW.new_score := least(1000, greatest(0, NEW.previous_score + NEW.delta));
    NEW.created_at := greatest(
        NEW.created_at,
        (
            SELECT max(e.created_at) + interval '1 microsecond'
            FROM reputation_events AS e
            WHERE e.worker_id = NEW.worker_id
        )
    );
    UPDATE workers AS w SET reputation_score = NEW.new_score WHERE w.id = NEW.worker_id;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER _200_reputation_score
BEFORE INSERT ON reputation_events
FOR EACH ROW EXECUTE FUNCTION update_reputation_score();
