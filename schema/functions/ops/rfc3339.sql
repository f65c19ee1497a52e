-- A moment as the API writes it: RFC 3339 in UTC, whole seconds.
-- Test: tests/schema/test_events.py

CREATE OR REPLACE FUNCTION ops.rfc3339(p_at timestamptz) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
