-- Tells platforms of the next p_limit keys that expire within seven days of p_as_of (never later than now): once a key,
-- and not of one that was replaced, whose end its platform has chosen itself.
--
-- Returns: the keys told of
-- Locks:   those keys; the ones that somebody is changing wait for the next call
-- Cost:    O(p_limit), by the index of the keys that are not told of
-- Test:    tests/jobs/test_announce_expiring_keys.py

CREATE OR REPLACE FUNCTION announce_expiring_keys(p_as_of timestamptz, p_limit integer) RETURNS integer
LANGUAGE sql VOLATILE
AS $$
    WITH due AS (
        SELECT k.id FROM ops.api_keys AS k
        WHERE k.revoked_at IS NULL
            AND k.replaced_by IS NULL
            AND k.expiry_told_at IS NULL
            AND k.expires_at > clock_timestamp()
            AND k.expires_at <= least(p_as_of, clock_timestamp()) + interval '7 days'
        ORDER BY k.expires_at
        LIMIT p_limit
        FOR NO KEY UPDATE SKIP LOCKED
    ),

    told AS (
        UPDATE ops.api_keys AS k
        SET expiry_told_at = clock_timestamp()
        FROM due AS d
        WHERE k.id = d.id
        RETURNING k.id, k.platform_id, k.prefix, k.name, k.expires_at
    )

    SELECT count(*)::integer
    FROM told AS t
    CROSS JOIN LATERAL ops.emit(
        'api_key.expiring', t.platform_id, NULL, 'api_key', t.id,
        jsonb_build_object('prefix', t.prefix, 'name', t.name, 'expires_at', ops.rfc3339(t.expires_at))
    )
$$;
