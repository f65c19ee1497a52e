-- What the tenant is: 'platform' or 'worker'; NULL when nobody signed in.
-- Test: tests/schema/test_row_security.py

CREATE OR REPLACE FUNCTION ops.tenant_kind() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('gigstream.tenant_kind', TRUE), '');
