-- The public key that Circle signs with under an id. As owner, because whoever asks has not shown yet who he is.
--
-- Returns: the key, DER; NULL when the id is not known
-- Cost:    O(1)
-- Test:    tests/functions/test_circle_webhook.py

CREATE OR REPLACE FUNCTION ops.circle_key(p_id uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
    SELECT k.public_key FROM ops.circle_keys AS k WHERE k.id = p_id
$$;
