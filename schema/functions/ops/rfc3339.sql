-- A moment as the API writes it: RFC 3339 in UTC, with as many decimals as it has.
-- Test: tests/schema/test_events.py

CREATE OR REPLACE FUNCTION ops.rfc3339(p_at timestamptz) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN rtrim(rtrim(to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z';
