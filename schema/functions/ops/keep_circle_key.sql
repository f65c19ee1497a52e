-- Keeps a public key that Circle has given for an id; the first one stays.
--
-- Cost:  O(1)
-- Test:  tests/functions/test_circle_webhook.py

CREATE OR REPLACE FUNCTION ops.keep_circle_key(p_id uuid, p_public_key bytea) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
    INSERT INTO ops.circle_keys (id, public_key) VALUES (p_id, p_public_key) ON CONFLICT (id) DO NOTHING
$$;
