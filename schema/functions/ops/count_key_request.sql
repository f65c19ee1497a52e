-- Counts one request that came with an API key, and notes the first of each minute as the key's last use. All keys of a
-- platform share its count, so that another key is no further allowance; a key that opens nothing is counted by the
-- address that it came from, so that guesses are neither free nor at a platform's expense.
--
-- Raises:  GS004 as ops.count_request
-- Locks:   the count's row; once a minute the key's row of ops.api_key_uses. The count is a transaction of its own
-- Cost:    O(1)
-- Test:    tests/functions/test_rate_limits.py, tests/functions/test_api_keys.py

CREATE OR REPLACE FUNCTION ops.count_key_request(
    p_key_hash bytea, p_address text, p_limit integer, OUT "limit" integer, OUT remaining integer, OUT reset integer
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
DECLARE
    v_key record;
BEGIN
    SELECT k.id, k.platform_id INTO v_key FROM ops.api_keys AS k
    WHERE k.key_hash = p_key_hash
        AND k.revoked_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp());

    SELECT c.* INTO "limit", remaining, reset
    FROM ops.count_request(coalesce('platform:' || v_key.platform_id, 'no key:' || p_address), p_limit) AS c;

    IF v_key.id IS NOT NULL THEN
        INSERT INTO ops.api_key_uses AS u (key_id, last_used_at)
        VALUES (v_key.id, clock_timestamp())
        ON CONFLICT (key_id) DO UPDATE
        SET last_used_at = excluded.last_used_at
        WHERE u.last_used_at < date_trunc('minute', excluded.last_used_at);
    END IF;
END;
$$;
