-- What failed sign-ins are counted by: no address of a person is kept, and none has to exist.
-- Test: tests/functions/test_auth_lockout.py

CREATE OR REPLACE FUNCTION ops.email_hash(p_email text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(convert_to(lower(p_email), 'UTF8'));
