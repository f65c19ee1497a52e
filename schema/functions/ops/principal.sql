-- The owner of an idempotency key: whoever signed in, or the address that an anonymous request came from.
--
-- Test:  tests/functions/test_web_idempotency.py

CREATE OR REPLACE FUNCTION ops.principal() RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(ops.tenant_kind() || ':' || ops.tenant()::text, 'address:' || current_setting('gigstream.ip', TRUE))
$$;
