-- Those of some scopes that the API key which signed in does not hold, with commas; NULL when it holds them all.
-- Test: tests/functions/test_api_keys.py

CREATE OR REPLACE FUNCTION ops.lacking_scopes(p_scopes text[]) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT string_agg(s.scope, ', ') FROM unnest(p_scopes) AS s (scope) WHERE s.scope <> ALL (ops.scopes())
$$;
