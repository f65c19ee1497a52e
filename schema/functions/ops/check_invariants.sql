-- Recounts every stored figure from the rows behind it and returns the differences; none is what right looks like.
-- One statement, so one snapshot: it may run beside any number of writers.
--
-- Returns: the figure, the row it stands in, what is stored, what the rows say
-- Cost:    a full pass over the books
-- Test:    tests/schema/test_invariants.py, which plants a wrong figure for each line

CREATE OR REPLACE FUNCTION ops.check_invariants()
RETURNS TABLE (figure text, subject uuid, stored text, recounted text)
LANGUAGE sql STABLE
AS $$
    SELECT f.figure, f.subject, f.stored::text, f.recounted::text
    FROM (
        SELECT r.* FROM ops.recount_workers() AS r
        UNION ALL SELECT r.* FROM ops.recount_platforms() AS r
        UNION ALL SELECT r.* FROM ops.recount_reputation() AS r
        UNION ALL SELECT r.* FROM ops.recount_tasks() AS r
        UNION ALL SELECT r.* FROM ops.recount_transactions() AS r
        UNION ALL SELECT r.* FROM ops.recount_settlements() AS r
        UNION ALL SELECT r.* FROM ops.recount_advances() AS r
        UNION ALL SELECT r.* FROM ops.recount_accounts() AS r
        UNION ALL SELECT r.* FROM ops.recount_deposits() AS r
        UNION ALL SELECT r.* FROM ops.recount_days() AS r
        UNION ALL SELECT r.* FROM ops.recount_events() AS r
        UNION ALL SELECT r.* FROM ops.recount_circle() AS r
    ) AS f
    WHERE f.stored IS DISTINCT FROM f.recounted
    ORDER BY f.figure, f.subject
$$;
