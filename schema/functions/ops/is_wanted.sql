-- Whether an endpoint is to be told of an event of its platform. A test event is for the endpoint that is tested.
-- Advances are between a worker and GigStream: no platform sees them, so none is told of them.
--
-- Cost:  O(1)
-- Test:  tests/schema/test_events.py

CREATE OR REPLACE FUNCTION ops.is_wanted(
    p_endpoint_id uuid, p_event_types text[], p_event text, p_object_type text, p_object_id uuid
) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN p_event = 'webhook_endpoint.test' THEN p_object_id = p_endpoint_id
    ELSE p_object_type <> 'loan' AND (p_event_types[1] = '*' OR p_event = any(p_event_types))
END;
