-- Chains the oldest waiting audit rows, p_limit or as many more as belong to the last one's transaction, into one seal.
-- Only rows of transactions below the snapshot's xmin: all those have ended, so nothing can join them later; what a
-- running transaction has written waits for it. The order is that of the transactions, and no writer waits for a seal.
--
-- Returns: the rows sealed; no seal is made when it is none
-- Locks:   ops.audit_seals against other sealers; the rows of ops.audit_waiting, which nobody else changes
-- Cost:    O(rows sealed)
-- Test:    tests/schema/test_audit_seals.py, tests/faults/test_seal_under_writers.py

CREATE OR REPLACE FUNCTION ops.seal_audit(p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, ops, pg_temp
AS $$
DECLARE
    v_last ops.audit_seals;
    v_entries ops.audit_entry[];
    v_number bigint;
BEGIN
    LOCK TABLE ops.audit_seals IN SHARE ROW EXCLUSIVE MODE;
    SELECT s.* INTO v_last FROM ops.audit_seals AS s ORDER BY s.number DESC LIMIT 1;

    WITH taken AS (
        SELECT w.xid, w.audit_id, ops.audit_digest(a) AS digest
        FROM ops.audit_waiting AS w
        INNER JOIN audit_logs AS a ON w.audit_id = a.id
        WHERE w.xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY w.xid
        FETCH FIRST p_limit ROWS WITH TIES
    ),

    removed AS (
        DELETE FROM ops.audit_waiting AS w USING taken AS t WHERE w.xid = t.xid AND w.audit_id = t.audit_id
    )

    SELECT array_agg((t.xid, t.audit_id, t.digest)::ops.audit_entry ORDER BY t.xid, t.audit_id) INTO v_entries
    FROM taken AS t;

    IF v_entries IS NULL THEN
        RETURN 0;
    END IF;

    INSERT INTO ops.audit_seals (number, xid, sealed_at, entries, digest)
    SELECT
        s.number, s.xid, now(), v_entries,
        ops.seal_digest(coalesce(v_last.digest, ''), s.number, s.xid, now(), v_entries)
    FROM (SELECT coalesce(v_last.number, 0) + 1 AS number, pg_current_xact_id() AS xid) AS s
    RETURNING number INTO v_number;

    -- So that a tenant finds his own rows in the chain without a pass over everybody's.
    INSERT INTO ops.audit_places (actor_id, audit_id, seal, position)
    SELECT a.actor_id, a.id, v_number, e.position
    FROM unnest(v_entries) WITH ORDINALITY AS e (xid, audit_id, digest, position)
    INNER JOIN audit_logs AS a ON e.audit_id = a.id
    WHERE a.actor_id IS NOT NULL;
    RETURN cardinality(v_entries);
END;
$$;
