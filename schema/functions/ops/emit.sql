-- Puts an event into the outbox, in the transaction of the change that it tells of.
--
-- Cost:  O(1)
-- Test:  tests/schema/test_tasks.py

CREATE OR REPLACE FUNCTION ops.emit(
    p_event text, p_platform_id uuid, p_worker_id uuid, p_object_type text, p_object_id uuid, p_payload jsonb
) RETURNS void
LANGUAGE sql VOLATILE
AS $$
    INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
    VALUES (p_event, p_platform_id, p_worker_id, p_object_type, p_object_id, p_payload)
$$;
