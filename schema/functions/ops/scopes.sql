-- The scopes of the API key that signed in for this transaction; none when no key did.
-- Test: tests/functions/test_api_keys.py

CREATE OR REPLACE FUNCTION ops.scopes() RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN string_to_array(coalesce(current_setting('gigstream.scopes', TRUE), ''), ' ');
