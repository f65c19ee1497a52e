-- An operator decides a worker's appeal. Nothing is edited: granted, a new event gives back what the appealed one took
-- (which is less than its delta where the score had met its bound); refused, a new event of 0 points says so.
--
-- Returns: the appeal's id and state, its worker, the points given back, his score now
-- Raises:  GS001; GS011 when it is decided already
-- Locks:   the appeal, the worker
-- Cost:    O(1)
-- Test:    tests/schema/test_reputation.py

CREATE OR REPLACE FUNCTION decide_appeal(
    p_appeal_id uuid, p_grant boolean, p_reason text DEFAULT NULL,
    OUT id uuid, OUT status text, OUT worker_id uuid, OUT points integer, OUT score integer
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_appeal ops.appeals;
    v_event reputation_events;
BEGIN
    SELECT a.* INTO v_appeal FROM ops.appeals AS a WHERE a.id = p_appeal_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no appeal %', p_appeal_id USING ERRCODE = 'GS001';
    END IF;
    IF v_appeal.status <> 'open' THEN
        RAISE EXCEPTION 'the appeal is %, not open', v_appeal.status USING ERRCODE = 'GS011';
    END IF;
    SELECT e.* INTO v_event FROM reputation_events AS e WHERE e.id = v_appeal.event_id;

    id := p_appeal_id;
    status := CASE WHEN p_grant THEN 'granted' ELSE 'refused' END;
    worker_id := v_event.worker_id;
    UPDATE ops.appeals AS a SET status = decide_appeal.status, decided_at = clock_timestamp() WHERE a.id = p_appeal_id;

    INSERT INTO reputation_events AS e (worker_id, event_type, delta, reason, related_id)
    VALUES (
        worker_id, 'appeal', CASE WHEN p_grant THEN v_event.previous_score - v_event.new_score ELSE 0 END,
        'appeal ' || status || coalesce(': ' || p_reason, ''), v_event.id
    )
    RETURNING e.new_score - e.previous_score, e.new_score INTO points, score;
    PERFORM ops.audit('appeal.' || status, 'appeal', p_appeal_id);
END;
$$;
