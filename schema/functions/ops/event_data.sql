-- What an event says of its object, in the feed and in a webhook alike.
--
-- Cost:  O(1)
-- Test:  tests/functions/test_events_feed.py

CREATE OR REPLACE FUNCTION ops.event_data(
    p_object_type text, p_object_id uuid, p_worker_id uuid, p_payload jsonb
) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_strip_nulls(jsonb_build_object('object', p_object_type, 'id', p_object_id, 'worker_id', p_worker_id))
|| p_payload;
