-- Compares a page of the caller's audit rows, newest first, with what was sealed of them, and each seal that they stand
-- in with the chain. As owner, because nobody else may read the seals; it tells of the caller's own rows only.
-- A row that was deleted together with its place is found by ops.verify_audit, which reads the whole trail.
--
-- Returns: for each row its id, the number of its seal, if one covers it yet, and what is wrong, if anything
--          row edited, row deleted    it is not what was sealed, or not there
--          row inserted               no seal covers it and none will
--          seal broken                its seal is not there, or not what it or the one before it says
-- Cost:    p_limit rows and at most as many seals
-- Test:    tests/functions/test_audit_logs.py

CREATE OR REPLACE FUNCTION ops.verify_own_audit(p_after uuid, p_limit integer)
RETURNS TABLE (audit_id uuid, seal bigint, finding text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, ops, pg_temp
AS $$
    WITH mine AS MATERIALIZED (
        SELECT m.id
        FROM (
            (
                SELECT a.id FROM audit_logs AS a
                WHERE a.actor_id = ops.tenant() AND a.id < p_after
                ORDER BY a.id DESC LIMIT p_limit
            )
            UNION
            (
                SELECT p.audit_id FROM ops.audit_places AS p
                WHERE p.actor_id = ops.tenant() AND p.audit_id < p_after
                ORDER BY p.audit_id DESC LIMIT p_limit
            )
        ) AS m
        ORDER BY m.id DESC
        LIMIT p_limit
    ),

    placed AS MATERIALIZED (
        SELECT m.id, p.seal, p.position
        FROM mine AS m
        LEFT JOIN ops.audit_places AS p ON p.actor_id = ops.tenant() AND m.id = p.audit_id
    ),

    seals AS MATERIALIZED (
        SELECT
            s.number, s.entries,
            s.digest = ops.seal_digest(
                coalesce((SELECT b.digest FROM ops.audit_seals AS b WHERE b.number = s.number - 1), ''),
                s.number, s.xid, s.sealed_at, s.entries
            ) AS is_right
        FROM ops.audit_seals AS s
        WHERE s.number IN (SELECT p.seal FROM placed AS p)
    )

    SELECT
        p.id,
        p.seal,
        CASE
            WHEN a.id IS NULL THEN 'row deleted'
            WHEN p.seal IS NULL AND NOT EXISTS (SELECT FROM ops.audit_waiting AS w WHERE w.audit_id = p.id)
                THEN 'row inserted'
            WHEN p.seal IS NULL THEN NULL
            WHEN s.is_right IS DISTINCT FROM TRUE OR (s.entries[p.position]).audit_id IS DISTINCT FROM p.id
                THEN 'seal broken'
            WHEN (s.entries[p.position]).digest <> ops.audit_digest(a) THEN 'row edited'
        END
    FROM placed AS p
    LEFT JOIN audit_logs AS a ON p.id = a.id
    LEFT JOIN seals AS s ON p.seal = s.number
    ORDER BY p.id DESC
$$;
