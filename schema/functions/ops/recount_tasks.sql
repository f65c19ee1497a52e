-- Recounts tasks, streams and disputes from what was held, paid and given back for them; and when streams are due.
--
-- Returns: each figure, the row it stands in, what is stored, what the rows say, whether the same or not
-- Cost:    a full pass
-- Test:    tests/schema/test_invariants.py

CREATE OR REPLACE FUNCTION ops.recount_tasks()
RETURNS TABLE (figure text, subject uuid, stored numeric, recounted numeric)
LANGUAGE sql STABLE
AS $$
    WITH posted AS (
        SELECT
            x.stream_id, x.task_id,
            coalesce(sum(x.amount) FILTER (WHERE x.reason = 'hold'), 0) AS held,
            coalesce(sum(x.amount) FILTER (WHERE x.reason IN ('pay', 'release')), 0) AS paid,
            coalesce(sum(x.amount) FILTER (WHERE x.reason = 'refund'), 0) AS refunded,
            count(*) FILTER (WHERE x.reason = 'release') AS releases,
            coalesce(max(x.source_seq) FILTER (WHERE x.reason = 'release'), 0) AS last_release
        FROM ledger.transfers AS x
        WHERE x.task_id IS NOT NULL OR x.stream_id IS NOT NULL
        GROUP BY x.stream_id, x.task_id
    ),

    stream_figures AS (
        SELECT s.id, f.figure, f.stored, f.recounted
        FROM streams AS s
        INNER JOIN tasks AS t ON s.task_id = t.id
        LEFT JOIN posted AS p ON s.id = p.stream_id
        LEFT JOIN posted AS h ON t.id = h.task_id
        CROSS JOIN LATERAL (
            VALUES
            ('streams.released_amount', s.released_amount, coalesce(p.paid, 0)),
            ('streams.remaining_amount', s.remaining_amount, s.total_amount - coalesce(p.paid, 0)),
            ('streams.release_seq', s.release_seq::numeric, coalesce(p.releases, 0)::numeric),
            ('streams.release_seq contiguous', s.release_seq, coalesce(p.last_release, 0)),
            ('streams.total_amount held', s.total_amount, coalesce(h.held, 0) + coalesce(p.held, 0)),
            (
                'streams.refunded', CASE s.status WHEN 'cancelled' THEN s.remaining_amount ELSE 0 END,
                coalesce(p.refunded, 0)
            ),
            ('tasks.amount of stream', t.amount, s.total_amount),
            (
                'tasks.paid_amount of stream', t.paid_amount,
                CASE WHEN s.status IN ('completed', 'cancelled') THEN s.released_amount ELSE 0 END
            ),
            (
                'tasks.status of stream', (t.status = 'completed')::integer - (t.status = 'cancelled')::integer,
                (s.status = 'completed')::integer - (s.status = 'cancelled')::integer
            ),
            (
                'streams.status of a disputed task', (t.status = 'disputed' AND s.status = 'paused')::integer,
                (t.status = 'disputed')::integer
            )
        ) AS f (figure, stored, recounted)
    ),

    task_figures AS (
        SELECT t.id, f.figure, f.stored, f.recounted
        FROM tasks AS t
        LEFT JOIN posted AS p ON t.id = p.task_id
        CROSS JOIN LATERAL (
            VALUES
            ('tasks.paid_amount', t.paid_amount, coalesce(p.paid, 0)),
            (
                'tasks.amount held',
                CASE WHEN p.held > 0 OR t.status IN ('active', 'completed', 'disputed') THEN t.amount ELSE 0 END,
                coalesce(p.held, 0)
            ),
            (
                'tasks.refunded',
                CASE WHEN t.status = 'cancelled' AND p.held > 0 THEN t.amount - t.paid_amount ELSE 0 END,
                coalesce(p.refunded, 0)
            )
        ) AS f (figure, stored, recounted)
        WHERE NOT EXISTS (SELECT FROM streams AS s WHERE s.task_id = t.id)
    ),

    due_figures AS (
        SELECT
            coalesce(s.id, d.stream_id) AS id,
            'due_streams.next_release_at' AS figure,
            extract(EPOCH FROM d.next_release_at) AS stored,
            extract(EPOCH FROM s.next_release_at) AS recounted
        FROM streams AS s
        FULL JOIN ops.due_streams AS d ON s.id = d.stream_id AND s.platform_id = d.platform_id
    ),

    -- A dispute is open as long as its task is disputed.
    dispute_figures AS (
        SELECT
            d.id,
            'disputes.resolved_at' AS figure,
            (d.resolved_at IS NULL)::integer::numeric AS stored,
            (t.status = 'disputed')::integer::numeric AS recounted
        FROM ops.disputes AS d
        INNER JOIN tasks AS t ON d.task_id = t.id
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM stream_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM task_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored, f.recounted FROM due_figures AS f
    UNION ALL
    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM dispute_figures AS f
$$;
