-- The platform or worker that signed in for this transaction; NULL when nobody did. Row security asks this.
-- Set by ops.authenticate_key and ops.authenticate_worker, for one transaction only (the pooler hands the session on).
-- Test: tests/schema/test_row_security.py

CREATE OR REPLACE FUNCTION ops.tenant() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('gigstream.tenant', TRUE), '')::uuid;
