-- Compares the audit trail with its seals, the seals with each other, and with anchors kept outside the database: a
-- JSON array of {"number", "digest"} of seals, digests in hex. Without an anchor a chain that was rewritten whole, or
-- cut at its end, passes. One statement, so one snapshot: it may run beside any number of writers.
--
-- Returns: what is wrong, in or after which seal, with which row; nothing is what right looks like
--          row edited, row deleted          it is not what was sealed, or not there
--          row inserted                     without being noted for a seal, or dated before a seal older than itself
--          seal rewritten                   it does not say what its digest and the one before it say
--          seal deleted                     a number is left out before this one
--          seal out of order                its rows belong to transactions sealed before
--          anchor differs                   the seal is not the one that was anchored, or not there
-- Cost:    a full pass over the trail
-- Test:    tests/schema/test_audit_seals.py

CREATE OR REPLACE FUNCTION ops.verify_audit(p_anchors jsonb DEFAULT '[]')
RETURNS TABLE (finding text, seal bigint, audit_id uuid)
LANGUAGE sql STABLE
AS $$
    WITH chain AS (
        SELECT
            s.*,
            lag(s.number, 1, 0::bigint) OVER previous AS previous_number,
            lag(s.digest, 1, ''::bytea) OVER previous AS previous_digest,
            lag((s.entries[cardinality(s.entries)]).xid) OVER previous AS previous_xid
        FROM ops.audit_seals AS s
        WINDOW previous AS (ORDER BY s.number)
    ),

    noted AS (
        SELECT s.number AS seal, e.xid, e.audit_id, e.digest
        FROM ops.audit_seals AS s
        CROSS JOIN LATERAL unnest(s.entries) AS e
        UNION ALL
        SELECT NULL, w.xid, w.audit_id, NULL FROM ops.audit_waiting AS w
    ),

    row_findings AS (
        SELECT
            n.seal,
            coalesce(n.audit_id, a.id) AS audit_id,
            CASE
                WHEN a.id IS NULL THEN 'row deleted'
                WHEN n.audit_id IS NULL THEN 'row inserted'
                WHEN n.seal IS NOT NULL AND n.digest IS DISTINCT FROM ops.audit_digest(a) THEN 'row edited'
                -- The first half of an id is its time.
                WHEN a.created_at < o.sealed_at OR left(a.id::text, 13) < left(ops.uuid_v7(o.sealed_at)::text, 13)
                    THEN 'row inserted'
            END AS finding
        FROM noted AS n
        FULL JOIN audit_logs AS a ON n.audit_id = a.id
        -- The newest seal that the row's transaction began to write after.
        LEFT JOIN LATERAL (
            SELECT s.sealed_at FROM ops.audit_seals AS s
            WHERE s.xid < n.xid
            ORDER BY s.xid DESC LIMIT 1
        ) AS o ON TRUE
    ),

    seal_findings AS (
        SELECT c.number AS seal, f.finding
        FROM chain AS c
        CROSS JOIN LATERAL (
            VALUES
            ('seal deleted', c.number <> c.previous_number + 1),
            ('seal out of order', (c.entries[1]).xid <= c.previous_xid),
            (
                'seal rewritten',
                c.digest
                IS DISTINCT FROM ops.seal_digest(c.previous_digest, c.number, c.xid, c.sealed_at, c.entries)
            )
        ) AS f (finding, found)
        WHERE f.found
    ),

    anchor_findings AS (
        SELECT a.number AS seal, 'anchor differs' AS finding
        FROM jsonb_to_recordset(p_anchors) AS a (number bigint, digest text)
        LEFT JOIN ops.audit_seals AS s ON a.number = s.number
        WHERE encode(s.digest, 'hex') IS DISTINCT FROM a.digest
    )

    SELECT f.finding, f.seal, f.audit_id
    FROM (
        SELECT r.finding, r.seal, r.audit_id FROM row_findings AS r WHERE r.finding IS NOT NULL
        UNION ALL SELECT s.finding, s.seal, NULL FROM seal_findings AS s
        UNION ALL SELECT a.finding, a.seal, NULL FROM anchor_findings AS a
    ) AS f
    ORDER BY f.seal, f.finding, f.audit_id
$$;
