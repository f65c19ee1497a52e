-- Recounts the scores: that events chain, that the worker has the last one's, that each granted appeal is an event.
--
-- Returns: each figure, the row it stands in, what is stored, what the rows say, whether the same or not
-- Cost:    a full pass
-- Test:    tests/schema/test_invariants.py

CREATE OR REPLACE FUNCTION ops.recount_reputation()
RETURNS TABLE (figure text, subject uuid, stored numeric, recounted numeric)
LANGUAGE sql STABLE
AS $$
    WITH chained AS (
        SELECT
            e.id, e.worker_id, e.previous_score, e.new_score, e.delta,
            lag(e.new_score, 1, e.previous_score) OVER chain AS before,
            lead(e.id) OVER chain IS NULL AS is_last
        FROM reputation_events AS e
        WINDOW chain AS (PARTITION BY e.worker_id ORDER BY e.created_at)
    ),

    reputation_figures AS (
        SELECT c.id, 'reputation_events.previous_score' AS figure, c.previous_score AS stored, c.before AS recounted
        FROM chained AS c
        UNION ALL
        SELECT c.id, 'reputation_events.new_score', c.new_score, least(1000, greatest(0, c.previous_score + c.delta))
        FROM chained AS c
        UNION ALL
        SELECT c.worker_id, 'workers.reputation_score', w.reputation_score, c.new_score
        FROM chained AS c
        INNER JOIN workers AS w ON c.worker_id = w.id
        WHERE c.is_last
    ),

    -- Each decision is an event.
    appeal_figures AS (
        SELECT
            a.event_id AS id,
            'appeals.status' AS figure,
            count(a.decided_at)::numeric AS stored,
            coalesce(max(e.decisions), 0)::numeric AS recounted
        FROM ops.appeals AS a
        LEFT JOIN (
            SELECT v.related_id, count(*) AS decisions FROM reputation_events AS v
            WHERE v.event_type = 'appeal'
            GROUP BY v.related_id
        ) AS e ON a.event_id = e.related_id
        GROUP BY a.event_id
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM reputation_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM appeal_figures AS f
$$;
