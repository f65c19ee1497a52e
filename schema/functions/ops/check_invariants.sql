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
    WITH task_counts AS (
        SELECT
            t.worker_id,
            count(*) AS tasks,
            count(*) FILTER (WHERE t.status = 'completed') AS completed,
            count(*) FILTER (WHERE t.status = 'cancelled') AS cancelled,
            count(*) FILTER (WHERE t.disputed_at IS NOT NULL) AS disputed,
            count(t.rating) AS rated,
            coalesce(sum(t.rating), 0) AS rating_sum,
            sum(t.paid_amount) AS earned
        FROM tasks AS t
        GROUP BY t.worker_id
    ),

    worker_figures AS (
        SELECT w.id, f.figure, f.stored, f.recounted
        FROM workers AS w
        LEFT JOIN ops.worker_counters AS k ON w.id = k.worker_id
        LEFT JOIN task_counts AS c ON w.id = c.worker_id
        CROSS JOIN LATERAL (
            VALUES
            ('workers.total_tasks', w.total_tasks::numeric, coalesce(c.tasks, 0)::numeric),
            ('workers.total_earned', w.total_earned, coalesce(c.earned, 0)),
            (
                'workers.completion_rate', w.completion_rate,
                coalesce(round(100.0 * c.completed / nullif(c.completed + c.cancelled, 0), 2), 0)
            ),
            ('workers.dispute_rate', w.dispute_rate, coalesce(round(100.0 * c.disputed / c.tasks, 2), 0)),
            (
                'workers.average_rating', w.average_rating,
                coalesce(round(1.0 * c.rating_sum / nullif(c.rated, 0), 2), 0)
            ),
            ('worker_counters.tasks', k.tasks, coalesce(c.tasks, 0)),
            ('worker_counters.completed', k.completed, coalesce(c.completed, 0)),
            ('worker_counters.cancelled', k.cancelled, coalesce(c.cancelled, 0)),
            ('worker_counters.disputed', k.disputed, coalesce(c.disputed, 0)),
            ('worker_counters.rated', k.rated, coalesce(c.rated, 0)),
            ('worker_counters.rating_sum', k.rating_sum, coalesce(c.rating_sum, 0)),
            ('worker_counters.earned', k.earned, coalesce(c.earned, 0))
        ) AS f (figure, stored, recounted)
    ),

    platform_figures AS (
        SELECT p.id, f.figure, f.stored, f.recounted
        FROM platforms AS p
        LEFT JOIN (
            SELECT t.platform_id, count(*) AS tasks FROM tasks AS t GROUP BY t.platform_id
        ) AS c ON p.id = c.platform_id
        LEFT JOIN (
            SELECT m.platform_id, count(*) AS active FROM ops.memberships AS m
            WHERE m.open_tasks > 0
            GROUP BY m.platform_id
        ) AS a ON p.id = a.platform_id
        LEFT JOIN (
            SELECT x.platform_id, sum(x.amount) AS paid FROM transactions AS x
            WHERE x.tx_type = 'payout' AND x.status = 'completed'
            GROUP BY x.platform_id
        ) AS o ON p.id = o.platform_id
        CROSS JOIN LATERAL (
            VALUES
            ('platforms.total_tasks', p.total_tasks::numeric, coalesce(c.tasks, 0)::numeric),
            ('platforms.active_workers', p.active_workers, coalesce(a.active, 0)),
            ('platforms.total_payouts', p.total_payouts, coalesce(o.paid, 0))
        ) AS f (figure, stored, recounted)
    ),

    membership_figures AS (
        SELECT
            coalesce(m.worker_id, t.worker_id) AS id,
            'memberships.open_tasks' AS figure,
            m.open_tasks::numeric AS stored,
            coalesce(t.open_tasks, 0)::numeric AS recounted
        FROM ops.memberships AS m
        FULL JOIN (
            SELECT
                t.platform_id,
                t.worker_id,
                count(*) FILTER (WHERE t.status IN ('pending', 'active', 'disputed')) AS open_tasks
            FROM tasks AS t
            GROUP BY t.platform_id, t.worker_id
        ) AS t ON m.platform_id = t.platform_id AND m.worker_id = t.worker_id
    ),

    chained AS (
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

    posted AS (
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

    -- A dispute is open as long as its task is disputed.
    dispute_figures AS (
        SELECT
            d.id,
            'disputes.resolved_at' AS figure,
            (d.resolved_at IS NULL)::integer::numeric AS stored,
            (t.status = 'disputed')::integer::numeric AS recounted
        FROM ops.disputes AS d
        INNER JOIN tasks AS t ON d.task_id = t.id
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
    ),

    state_figures AS (
        SELECT
            x.id,
            'transactions.status' AS figure,
            array_position(o.states, x.status)::numeric AS stored,
            array_position(o.states, h.status)::numeric AS recounted
        FROM (SELECT '{pending, processing, completed, failed}'::text [] AS states) AS o
        CROSS JOIN transactions AS x
        LEFT JOIN (
            SELECT DISTINCT ON (n.transaction_id) n.transaction_id, n.status
            FROM ops.transaction_states AS n
            ORDER BY n.transaction_id, n.id DESC
        ) AS h ON x.id = h.transaction_id
    ),

    payout_figures AS (
        SELECT x.id, f.figure, f.stored, f.recounted
        FROM transactions AS x
        LEFT JOIN (
            SELECT
                l.transaction_id,
                coalesce(sum(l.amount) FILTER (WHERE l.reason = 'payout'), 0) AS begun,
                coalesce(sum(l.amount) FILTER (WHERE l.reason = 'settle'), 0) AS settled
            FROM ledger.transfers AS l
            WHERE l.transaction_id IS NOT NULL
            GROUP BY l.transaction_id
        ) AS p ON x.id = p.transaction_id
        CROSS JOIN LATERAL (
            VALUES
            ('transactions.amount begun', x.amount, coalesce(p.begun, 0)),
            (
                'transactions.amount settled', CASE x.status WHEN 'completed' THEN x.amount ELSE 0 END,
                coalesce(p.settled, 0)
            )
        ) AS f (figure, stored, recounted)
        WHERE x.tx_type = 'payout'
    ),

    loan_figures AS (
        SELECT l.id, f.figure, f.stored, f.recounted
        FROM loans AS l
        LEFT JOIN (
            SELECT
                x.loan_id,
                coalesce(sum(x.amount) FILTER (WHERE x.reason = 'advance'), 0) AS advanced,
                coalesce(sum(x.amount) FILTER (WHERE x.reason = 'repay'), 0) AS repaid,
                coalesce(sum(x.amount) FILTER (WHERE x.reason = 'recover'), 0) AS recovered,
                coalesce(sum(x.amount) FILTER (WHERE x.reason = 'fee'), 0) AS fee
            FROM ledger.transfers AS x
            WHERE x.loan_id IS NOT NULL
            GROUP BY x.loan_id
        ) AS p ON l.id = p.loan_id
        CROSS JOIN LATERAL (
            VALUES
            (
                'loans.amount advanced', CASE WHEN l.disbursed_at IS NOT NULL THEN l.amount ELSE 0 END,
                coalesce(p.advanced, 0)
            ),
            ('loans.amount_repaid', l.amount_repaid, coalesce(p.repaid, 0)),
            -- An advance that is over, paid back or given up, has been settled: the principal first.
            (
                'loans.amount recovered',
                CASE WHEN l.status IN ('repaid', 'defaulted') THEN least(l.amount, l.amount_repaid) ELSE 0 END,
                coalesce(p.recovered, 0)
            ),
            (
                'loans.fee collected',
                CASE WHEN l.status IN ('repaid', 'defaulted') THEN greatest(0, l.amount_repaid - l.amount) ELSE 0 END,
                coalesce(p.fee, 0)
            )
        ) AS f (figure, stored, recounted)
    ),

    -- The lines of an advance, each under the id of the transfer that it shows.
    line_figures AS (
        SELECT x.id, f.figure, f.stored, f.recounted
        FROM transactions AS x
        LEFT JOIN ledger.transfers AS t
            ON x.id = t.id
            AND t.reason = CASE x.tx_type WHEN 'repayment' THEN 'repay' ELSE x.tx_type END
        LEFT JOIN loans AS l ON t.loan_id = l.id AND x.worker_id = l.worker_id
        CROSS JOIN LATERAL (
            VALUES
            ('transactions.amount of advance', x.amount, CASE WHEN l.id IS NULL THEN 0 ELSE t.amount END),
            (
                'transactions.fee of advance', x.fee,
                CASE WHEN x.tx_type = 'advance' THEN l.fee ELSE 0 END
            )
        ) AS f (figure, stored, recounted)
        WHERE x.tx_type IN ('advance', 'repayment', 'fee')
        UNION ALL
        -- Whoever sees that he got an advance sees all that became of it; history that was loaded has no lines.
        SELECT a.loan_id, f.figure, f.stored, f.recounted
        FROM (
            SELECT
                t.loan_id,
                sum(t.amount) FILTER (WHERE t.reason = 'repay') AS repaid,
                sum(t.amount) FILTER (WHERE t.reason = 'fee') AS fee,
                sum(x.amount) FILTER (WHERE t.reason = 'repay') AS repaid_shown,
                sum(x.amount) FILTER (WHERE t.reason = 'fee') AS fee_shown
            FROM ledger.transfers AS t
            LEFT JOIN transactions AS x ON t.id = x.id
            WHERE t.loan_id IS NOT NULL
            GROUP BY t.loan_id
            HAVING bool_or(t.reason = 'advance' AND x.id IS NOT NULL)
        ) AS a
        CROSS JOIN LATERAL (
            VALUES
            ('loans.amount_repaid shown', coalesce(a.repaid, 0), coalesce(a.repaid_shown, 0)),
            ('loans.fee shown', coalesce(a.fee, 0), coalesce(a.fee_shown, 0))
        ) AS f (figure, stored, recounted)
    ),

    gathered AS (
        SELECT l.worker_id, l.platform_id, sum(l.amount_repaid) AS amount
        FROM loans AS l
        WHERE l.status = 'repaying'
        GROUP BY l.worker_id, l.platform_id
    ),

    moved AS (
        SELECT m.account, sum(m.amount) AS amount
        FROM (
            SELECT x.debit_account AS account, -x.amount AS amount FROM ledger.transfers AS x
            UNION ALL
            SELECT x.credit_account, x.amount::numeric FROM ledger.transfers AS x
        ) AS m
        GROUP BY m.account
    ),

    open_holds AS (
        SELECT t.platform_id, sum(CASE WHEN s.id IS NULL THEN t.amount ELSE s.remaining_amount END) AS amount
        FROM tasks AS t
        LEFT JOIN streams AS s ON t.id = s.task_id
        WHERE t.status IN ('pending', 'active', 'disputed')
            AND EXISTS (SELECT FROM ledger.transfers AS x WHERE x.task_id = t.id AND x.reason = 'hold')
        GROUP BY t.platform_id
    ),

    task_days AS (
        SELECT
            t.platform_id, (e.at AT TIME ZONE 'UTC')::date AS day,
            count(*) FILTER (WHERE e.what = 'created') AS created,
            count(*) FILTER (WHERE e.what = 'completed') AS completed,
            count(*) FILTER (WHERE e.what = 'cancelled') AS cancelled
        FROM tasks AS t
        CROSS JOIN LATERAL (
            VALUES ('created', t.created_at), ('completed', t.completed_at), ('cancelled', t.cancelled_at)
        ) AS e (what, at)
        WHERE e.at IS NOT NULL
        GROUP BY t.platform_id, (e.at AT TIME ZONE 'UTC')::date
    ),

    money_days AS (
        SELECT
            a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date AS day,
            sum(x.amount) FILTER (WHERE x.reason IN ('pay', 'release')) AS earned,
            sum(x.amount) FILTER (WHERE x.reason = 'release') AS released,
            count(DISTINCT x.credit_account) FILTER (WHERE x.reason IN ('pay', 'release')) AS workers,
            sum(x.amount) FILTER (WHERE x.reason = 'settle') AS paid_out
        FROM ledger.transfers AS x
        INNER JOIN ledger.accounts AS a ON x.debit_account = a.id
        WHERE x.reason IN ('pay', 'release', 'settle')
        GROUP BY a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date
    ),

    day_figures AS (
        SELECT coalesce(s.platform_id, d.platform_id) AS id, f.figure, f.stored, f.recounted
        FROM ops.task_days AS s
        FULL JOIN task_days AS d ON s.platform_id = d.platform_id AND s.day = d.day
        CROSS JOIN LATERAL (
            VALUES
            ('task_days.created', coalesce(s.created, 0)::numeric, coalesce(d.created, 0)::numeric),
            ('task_days.completed', coalesce(s.completed, 0), coalesce(d.completed, 0)),
            ('task_days.cancelled', coalesce(s.cancelled, 0), coalesce(d.cancelled, 0))
        ) AS f (figure, stored, recounted)
        UNION ALL
        SELECT coalesce(s.platform_id, d.platform_id), f.figure, f.stored, f.recounted
        FROM ops.earning_days AS s
        FULL JOIN money_days AS d ON s.platform_id = d.platform_id AND s.day = d.day
        CROSS JOIN LATERAL (
            VALUES
            ('earning_days.earned', coalesce(s.earned, 0), coalesce(d.earned, 0)),
            ('earning_days.released', coalesce(s.released, 0), coalesce(d.released, 0)),
            ('earning_days.workers', coalesce(s.workers, 0), coalesce(d.workers, 0))
        ) AS f (figure, stored, recounted)
        UNION ALL
        SELECT
            coalesce(s.platform_id, d.platform_id), 'payout_days.paid_out', coalesce(s.paid_out, 0),
            coalesce(d.paid_out, 0)
        FROM ops.payout_days AS s
        FULL JOIN money_days AS d ON s.platform_id = d.platform_id AND s.day = d.day
    ),

    account_figures AS (
        SELECT a.id, 'accounts.balance of ' || a.kind AS figure, a.balance AS stored, coalesce(m.amount, 0) AS recounted
        FROM ledger.accounts AS a
        LEFT JOIN moved AS m ON a.id = m.account
        UNION ALL
        SELECT a.id, 'accounts.balance held for open tasks', a.balance, coalesce(h.amount, 0)
        FROM ledger.accounts AS a
        LEFT JOIN open_holds AS h ON a.platform_id = h.platform_id
        WHERE a.kind = 'platform_held'
        UNION ALL
        SELECT a.id, 'accounts.balance gathered for open advances', a.balance, coalesce(g.amount, 0)
        FROM ledger.accounts AS a
        LEFT JOIN gathered AS g ON a.owner_id = g.worker_id AND a.platform_id = g.platform_id
        WHERE a.kind = 'worker_advance'
        UNION ALL
        SELECT NULL, 'accounts.balance of everything', coalesce(sum(a.balance), 0), 0 FROM ledger.accounts AS a
    ),

    event_figures AS (
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

    SELECT f.figure, f.id, f.stored::text, f.recounted::text
    FROM (
        SELECT w.id, w.figure, w.stored, w.recounted FROM worker_figures AS w
        UNION ALL SELECT p.id, p.figure, p.stored, p.recounted FROM platform_figures AS p
        UNION ALL SELECT m.id, m.figure, m.stored, m.recounted FROM membership_figures AS m
        UNION ALL SELECT r.id, r.figure, r.stored, r.recounted FROM reputation_figures AS r
        UNION ALL SELECT s.id, s.figure, s.stored, s.recounted FROM stream_figures AS s
        UNION ALL SELECT t.id, t.figure, t.stored, t.recounted FROM task_figures AS t
        UNION ALL SELECT d.id, d.figure, d.stored, d.recounted FROM dispute_figures AS d
        UNION ALL SELECT v.id, v.figure, v.stored, v.recounted FROM appeal_figures AS v
        UNION ALL SELECT n.id, n.figure, n.stored, n.recounted FROM state_figures AS n
        UNION ALL SELECT x.id, x.figure, x.stored, x.recounted FROM payout_figures AS x
        UNION ALL SELECT l.id, l.figure, l.stored, l.recounted FROM loan_figures AS l
        UNION ALL SELECT l.id, l.figure, l.stored, l.recounted FROM line_figures AS l
        UNION ALL SELECT d.id, d.figure, d.stored, d.recounted FROM day_figures AS d
        UNION ALL SELECT a.id, a.figure, a.stored, a.recounted FROM account_figures AS a
        UNION ALL SELECT e.object_id, e.figure, e.stored, e.recounted FROM event_figures AS e
    ) AS f
    WHERE f.stored IS DISTINCT FROM f.recounted
    ORDER BY f.figure, f.id
$$;
