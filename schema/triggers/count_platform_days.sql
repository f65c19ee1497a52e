-- Keeps ops.platform_days, a platform's UTC days in figures, equal to a recount. A task counts on the days on which it
-- was created, completed and cancelled; money on the day on which its transfer was posted; a worker as active on a day
-- on which he was paid.
--
-- On:     tasks, after insert, update or delete; ledger.transfers, after insert, before the balances move; each
--         statement
-- Locks:  the days, in key order, behind the platforms and before the ledger's accounts; who was paid under his day's
-- Cost:   O(rows changed), one row a platform and day; a change that moves no figure writes nothing
-- Test:   tests/schema/test_platform_days.py

CREATE OR REPLACE FUNCTION ops.count_platform_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
DECLARE
    v_tasks ops.task_days [] := '{}';
BEGIN
    IF tg_table_name = 'transfers' THEN
        IF NOT EXISTS (SELECT FROM posted AS x WHERE x.reason IN ('pay', 'release', 'settle')) THEN
            RETURN NULL;
        END IF;

        INSERT INTO ops.platform_days AS d (platform_id, day, earned, released, paid_out)
        SELECT
            a.platform_id,
            (x.created_at AT TIME ZONE 'UTC')::date AS day,
            coalesce(sum(x.amount) FILTER (WHERE x.reason IN ('pay', 'release')), 0),
            coalesce(sum(x.amount) FILTER (WHERE x.reason = 'release'), 0),
            coalesce(sum(x.amount) FILTER (WHERE x.reason = 'settle'), 0)
        FROM posted AS x
        INNER JOIN ledger.accounts AS a ON x.debit_account = a.id
        WHERE x.reason IN ('pay', 'release', 'settle')
        GROUP BY a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date
        ORDER BY a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date
        ON CONFLICT (platform_id, day) DO UPDATE
        SET
            earned = d.earned + excluded.earned,
            released = d.released + excluded.released,
            paid_out = d.paid_out + excluded.paid_out;

        WITH paid AS (
            INSERT INTO ops.paid_workers (platform_id, day, worker_id)
            SELECT DISTINCT a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date AS day, a.owner_id
            FROM posted AS x
            INNER JOIN ledger.accounts AS a ON x.credit_account = a.id
            WHERE x.reason IN ('pay', 'release')
                AND NOT EXISTS (
                    SELECT FROM ops.paid_workers AS w
                    WHERE w.platform_id = a.platform_id
                        AND w.day = (x.created_at AT TIME ZONE 'UTC')::date
                        AND w.worker_id = a.owner_id
                )
            RETURNING platform_id, day
        )

        UPDATE ops.platform_days AS d
        SET active_workers = d.active_workers + n.workers
        FROM (SELECT p.platform_id, p.day, count(*) AS workers FROM paid AS p GROUP BY p.platform_id, p.day) AS n
        WHERE d.platform_id = n.platform_id AND d.day = n.day;
        RETURN NULL;
    END IF;

    IF tg_op <> 'DELETE' THEN
        v_tasks := ARRAY(
            SELECT (1, n.platform_id, n.created_at, n.completed_at, n.cancelled_at)::ops.task_days FROM new_rows AS n
        );
    END IF;
    IF tg_op <> 'INSERT' THEN
        v_tasks := v_tasks || ARRAY(
            SELECT (-1, o.platform_id, o.created_at, o.completed_at, o.cancelled_at)::ops.task_days FROM old_rows AS o
        );
    END IF;

    -- A day that loses something is there already, unless its platform is on its way out and has taken it along.
    WITH moved AS (
        SELECT
            t.platform_id,
            (e.at AT TIME ZONE 'UTC')::date AS day,
            coalesce(sum(t.sign) FILTER (WHERE e.what = 'created'), 0) AS created,
            coalesce(sum(t.sign) FILTER (WHERE e.what = 'completed'), 0) AS completed,
            coalesce(sum(t.sign) FILTER (WHERE e.what = 'cancelled'), 0) AS cancelled
        FROM unnest(v_tasks) AS t
        CROSS JOIN LATERAL (
            VALUES ('created', t.created_at), ('completed', t.completed_at), ('cancelled', t.cancelled_at)
        ) AS e (what, at)
        WHERE e.at IS NOT NULL
        GROUP BY t.platform_id, (e.at AT TIME ZONE 'UTC')::date
    )

    INSERT INTO ops.platform_days AS d (platform_id, day, tasks_created, tasks_completed, tasks_cancelled)
    SELECT m.platform_id, m.day, m.created, m.completed, m.cancelled
    FROM moved AS m
    WHERE (m.created, m.completed, m.cancelled) <> (0, 0, 0)
        AND EXISTS (SELECT FROM public.platforms AS p WHERE p.id = m.platform_id)
    ORDER BY m.platform_id, m.day
    ON CONFLICT (platform_id, day) DO UPDATE
    SET
        tasks_created = d.tasks_created + excluded.tasks_created,
        tasks_completed = d.tasks_completed + excluded.tasks_completed,
        tasks_cancelled = d.tasks_cancelled + excluded.tasks_cancelled;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _515_platform_days_insert
AFTER INSERT ON public.tasks
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.count_platform_days();

CREATE OR REPLACE TRIGGER _515_platform_days_update
AFTER UPDATE ON public.tasks
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.count_platform_days();

CREATE OR REPLACE TRIGGER _515_platform_days_delete
AFTER DELETE ON public.tasks
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.count_platform_days();

CREATE OR REPLACE TRIGGER _490_platform_days
AFTER INSERT ON ledger.transfers
REFERENCING NEW TABLE AS posted
FOR EACH STATEMENT EXECUTE FUNCTION ops.count_platform_days();
