-- Recounts how far the events of each object are numbered.
--
-- Returns: each figure, the row it stands in, what is stored, what the rows say, whether the same or not
-- Cost:    a full pass
-- Test:    tests/schema/test_invariants.py

CREATE OR REPLACE FUNCTION ops.recount_events()
RETURNS TABLE (figure text, subject uuid, stored numeric, recounted numeric)
LANGUAGE sql STABLE
AS $$
    WITH event_figures AS (
        SELECT c.object_id, f.figure, f.stored, f.recounted
        FROM ops.event_counters AS c
        INNER JOIN (
            SELECT
                o.object_id, o.platform_id, max(o.sequence) AS newest, min(o.sequence) AS oldest, count(*) AS events
            FROM ops.outbox AS o
            GROUP BY o.object_id, o.platform_id
        ) AS o ON c.object_id = o.object_id AND c.platform_id IS NOT DISTINCT FROM o.platform_id
        CROSS JOIN LATERAL (
            VALUES
            ('event_counters.last', c.last, o.newest),
            -- The oldest may be gone, when they are no longer kept; a gap is one that a follower was never told of.
            ('outbox.sequence contiguous', o.newest - o.oldest + 1, o.events)
        ) AS f (figure, stored, recounted)
    )

    SELECT f.figure, f.object_id, f.stored::numeric, f.recounted::numeric FROM event_figures AS f
$$;
