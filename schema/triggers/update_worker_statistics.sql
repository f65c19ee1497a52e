-- Keeps workers.total_tasks, total_earned, completion_rate, dispute_rate and average_rating equal to a recount.
--
-- On:     tasks, after insert, update or delete, each statement (deletes by cascade included)
-- Locks:  the workers, in id order; their counters are only ever changed under that lock
-- Cost:   O(rows changed), whatever the worker's history; a change that moves no figure writes nothing
-- Test:   tests/schema/test_worker_statistics.py

CREATE OR REPLACE FUNCTION update_worker_statistics() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_changes ops.task_change [] := '{}';
BEGIN
    IF tg_op <> 'DELETE' THEN
        v_changes := ARRAY(
            SELECT (
                1, n.platform_id, n.worker_id, n.status, n.disputed_at IS NOT NULL, n.rating, n.paid_amount
            )::ops.task_change
            FROM new_rows AS n
        );
    END IF;
    IF tg_op <> 'INSERT' THEN
        v_changes := v_changes || ARRAY(
            SELECT (
                -1, o.platform_id, o.worker_id, o.status, o.disputed_at IS NOT NULL, o.rating, o.paid_amount
            )::ops.task_change
            FROM old_rows AS o
        );
    END IF;

    PERFORM FROM workers AS w
    WHERE w.id IN (SELECT c.worker_id FROM unnest(v_changes) AS c)
    ORDER BY w.id
    FOR NO KEY UPDATE;

    WITH delta AS (
        SELECT
            c.worker_id,
            sum(c.sign) AS tasks,
            coalesce(sum(c.sign) FILTER (WHERE c.status = 'completed'), 0) AS completed,
            coalesce(sum(c.sign) FILTER (WHERE c.status = 'cancelled'), 0) AS cancelled,
            coalesce(sum(c.sign) FILTER (WHERE c.disputed), 0) AS disputed,
            coalesce(sum(c.sign) FILTER (WHERE c.rating IS NOT NULL), 0) AS rated,
            coalesce(sum(c.sign * c.rating), 0) AS rating_sum,
            sum(c.sign * c.paid_amount) AS earned
        FROM unnest(v_changes) AS c
        GROUP BY c.worker_id
    ),

    counted AS (
        UPDATE ops.worker_counters AS w
        SET
            tasks = w.tasks + d.tasks,
            completed = w.completed + d.completed,
            cancelled = w.cancelled + d.cancelled,
            disputed = w.disputed + d.disputed,
            rated = w.rated + d.rated,
            rating_sum = w.rating_sum + d.rating_sum,
            earned = w.earned + d.earned
        FROM delta AS d
        WHERE w.worker_id = d.worker_id
            AND (d.tasks, d.completed, d.cancelled, d.disputed, d.rated, d.rating_sum, d.earned)
            <> (0, 0, 0, 0, 0, 0, 0)
        RETURNING w.*
    )

    UPDATE workers AS w
    SET
        total_tasks = c.tasks,
        total_earned = c.earned,
        completion_rate = coalesce(round(100.0 * c.completed / nullif(c.completed + c.cancelled, 0), 2), 0),
        dispute_rate = coalesce(round(100.0 * c.disputed / nullif(c.tasks, 0), 2), 0),
        average_rating = coalesce(round(1.0 * c.rating_sum / nullif(c.rated, 0), 2), 0)
    FROM counted AS c
    WHERE w.id = c.worker_id;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _500_worker_statistics_insert
AFTER INSERT ON tasks
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_worker_statistics();

CREATE OR REPLACE TRIGGER _500_worker_statistics_update
AFTER UPDATE ON tasks
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_worker_statistics();

CREATE OR REPLACE TRIGGER _500_worker_statistics_delete
AFTER DELETE ON tasks
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_worker_statistics();
