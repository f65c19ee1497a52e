-- A worker asks an operator to give back what an event took from his reputation.
--
-- Returns: the appeal, open
-- Raises:  GS003 for a platform; GS001 when the event is not there or not his; GS011 when it took nothing;
--          appeals_event_key when an appeal against it is open or was granted
-- Cost:    O(1)
-- Test:    tests/schema/test_reputation.py

CREATE OR REPLACE FUNCTION appeal_event(p_event_id uuid, p_reason text) RETURNS ops.appeals
LANGUAGE plpgsql
AS $$
DECLARE
    v_event reputation_events;
    v_appeal ops.appeals;
BEGIN
    IF ops.tenant_kind() IS DISTINCT FROM 'worker' THEN
        RAISE EXCEPTION 'only a worker may do this' USING ERRCODE = 'GS003';
    END IF;
    SELECT e.* INTO v_event FROM reputation_events AS e WHERE e.id = p_event_id AND e.worker_id = ops.tenant();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no event %', p_event_id USING ERRCODE = 'GS001';
    END IF;
    IF v_event.new_score >= v_event.previous_score THEN
        RAISE EXCEPTION 'the event took nothing from the score' USING ERRCODE = 'GS011';
    END IF;

    INSERT INTO ops.appeals (event_id, reason) VALUES (p_event_id, p_reason)
    RETURNING * INTO v_appeal;
    PERFORM ops.audit('reputation.appealed', 'appeal', v_appeal.id);
    RETURN v_appeal;
END;
$$;
