-- Keeps ops.task_days equal to a recount: how many of a platform's tasks were created, completed and cancelled on each
-- UTC day.
--
-- On:     tasks, after insert, update or delete, each statement
-- Locks:  the days, in key order, behind the platforms and before the ledger's accounts
-- Cost:   O(rows changed), one row a platform and day; a change that moves no figure writes nothing
-- Test:   tests/schema/test_days.py

CREATE OR REPLACE FUNCTION ops.count_task_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ops, pg_temp
AS $$
DECLARE
    v_changes ops.task_day_change [] := '{}';
BEGIN
    IF tg_op <> 'DELETE' THEN
        v_changes := ARRAY(
            SELECT (1, n.platform_id, n.created_at, n.completed_at, n.cancelled_at)::ops.task_day_change
            FROM new_rows AS n
        );
    END IF;
    IF tg_op <> 'INSERT' THEN
        v_changes := v_changes || ARRAY(
            SELECT (-1, o.platform_id, o.created_at, o.completed_at, o.cancelled_at)::ops.task_day_change
            FROM old_rows AS o
        );
    END IF;

    -- A day that loses something is there already, unless its platform is on its way out and has taken it along.
    INSERT INTO ops.task_days AS d (platform_id, day, created, completed, cancelled)
    SELECT m.platform_id, m.day, m.created, m.completed, m.cancelled
    FROM (
        SELECT
            c.platform_id,
            (e.at AT TIME ZONE 'UTC')::date AS day,
            coalesce(sum(c.sign) FILTER (WHERE e.what = 'created'), 0) AS created,
            coalesce(sum(c.sign) FILTER (WHERE e.what = 'completed'), 0) AS completed,
            coalesce(sum(c.sign) FILTER (WHERE e.what = 'cancelled'), 0) AS cancelled
        FROM unnest(v_changes) AS c
        CROSS JOIN LATERAL (
            VALUES ('created', c.created_at), ('completed', c.completed_at), ('cancelled', c.cancelled_at)
        ) AS e (what, at)
        WHERE e.at IS NOT NULL
        GROUP BY c.platform_id, (e.at AT TIME ZONE 'UTC')::date
    ) AS m
    WHERE (m.created, m.completed, m.cancelled) <> (0, 0, 0)
        AND EXISTS (SELECT FROM public.platforms AS p WHERE p.id = m.platform_id)
    ORDER BY m.platform_id, m.day
    ON CONFLICT (platform_id, day) DO UPDATE
    SET
        created = d.created + excluded.created,
        completed = d.completed + excluded.completed,
        cancelled = d.cancelled + excluded.cancelled;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _515_task_days_insert
AFTER INSERT ON public.tasks
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.count_task_days();

CREATE OR REPLACE TRIGGER _515_task_days_update
AFTER UPDATE ON public.tasks
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.count_task_days();

CREATE OR REPLACE TRIGGER _515_task_days_delete
AFTER DELETE ON public.tasks
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.count_task_days();
