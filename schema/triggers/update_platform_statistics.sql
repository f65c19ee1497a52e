-- Keeps platforms.total_tasks, active_workers and total_payouts, and memberships.open_tasks behind them, equal to a
-- recount. A task change moves total_tasks and the members' open_tasks; a member who gets his first open task or loses
-- his last one moves active_workers; a payout that completes moves total_payouts.
--
-- On:     tasks, ops.memberships and transactions, after insert, update or delete, each statement
-- Locks:  the platforms whose tasks are counted, in id order; memberships in key order, always under their worker's
--         lock; the platforms whose active workers change, in id order
-- Cost:   O(rows changed); a change that moves no figure writes nothing
-- Test:   tests/schema/test_platform_statistics.py

CREATE OR REPLACE FUNCTION update_platform_statistics() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_tasks ops.task_change [] := '{}';
    v_changes ops.platform_change [] := '{}';
BEGIN
    IF tg_table_name = 'tasks' THEN
        IF tg_op <> 'DELETE' THEN
            v_tasks := ARRAY(
                SELECT (1, n.platform_id, n.worker_id, n.status, NULL, NULL, NULL)::ops.task_change FROM new_rows AS n
            );
        END IF;
        IF tg_op <> 'INSERT' THEN
            v_tasks := v_tasks || ARRAY(
                SELECT (-1, o.platform_id, o.worker_id, o.status, NULL, NULL, NULL)::ops.task_change FROM old_rows AS o
            );
        END IF;
        v_changes := ARRAY(SELECT (t.platform_id, t.sign, 0, 0)::ops.platform_change FROM unnest(v_tasks) AS t);
    ELSIF tg_table_name = 'memberships' THEN
        IF tg_op <> 'DELETE' THEN
            v_changes := ARRAY(
                SELECT (n.platform_id, 0, 1, 0)::ops.platform_change FROM new_rows AS n WHERE n.open_tasks > 0
            );
        END IF;
        IF tg_op <> 'INSERT' THEN
            v_changes := v_changes || ARRAY(
                SELECT (o.platform_id, 0, -1, 0)::ops.platform_change FROM old_rows AS o WHERE o.open_tasks > 0
            );
        END IF;
    ELSE
        IF tg_op <> 'DELETE' THEN
            v_changes := ARRAY(
                SELECT (n.platform_id, 0, 0, n.amount)::ops.platform_change
                FROM new_rows AS n WHERE n.tx_type = 'payout' AND n.status = 'completed'
            );
        END IF;
        IF tg_op <> 'INSERT' THEN
            v_changes := v_changes || ARRAY(
                SELECT (o.platform_id, 0, 0, -o.amount)::ops.platform_change
                FROM old_rows AS o WHERE o.tx_type = 'payout' AND o.status = 'completed'
            );
        END IF;
    END IF;

    PERFORM FROM platforms AS p
    WHERE p.id IN (
        SELECT c.platform_id FROM unnest(v_changes) AS c
        GROUP BY c.platform_id
        HAVING (sum(c.tasks), sum(c.workers), sum(c.payouts)) <> (0, 0, 0)
    )
    ORDER BY p.id
    FOR NO KEY UPDATE;

    -- After the lock: a changed membership comes back here and takes the locks of some of these platforms only.
    IF tg_table_name = 'tasks' THEN
        PERFORM ops.count_open_tasks(v_tasks);
    END IF;

    UPDATE platforms AS p
    SET
        total_tasks = p.total_tasks + d.tasks,
        active_workers = p.active_workers + d.workers,
        total_payouts = p.total_payouts + d.payouts
    FROM (
        SELECT c.platform_id, sum(c.tasks) AS tasks, sum(c.workers) AS workers, sum(c.payouts) AS payouts
        FROM unnest(v_changes) AS c
        GROUP BY c.platform_id
    ) AS d
    WHERE p.id = d.platform_id AND (d.tasks, d.workers, d.payouts) <> (0, 0, 0);
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _510_platform_statistics_insert
AFTER INSERT ON tasks
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_platform_statistics();

CREATE OR REPLACE TRIGGER _510_platform_statistics_update
AFTER UPDATE ON tasks
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_platform_statistics();

CREATE OR REPLACE TRIGGER _510_platform_statistics_delete
AFTER DELETE ON tasks
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_platform_statistics();

CREATE OR REPLACE TRIGGER _510_platform_statistics_insert
AFTER INSERT ON ops.memberships
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_platform_statistics();

CREATE OR REPLACE TRIGGER _510_platform_statistics_update
AFTER UPDATE ON ops.memberships
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_platform_statistics();

CREATE OR REPLACE TRIGGER _510_platform_statistics_delete
AFTER DELETE ON ops.memberships
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_platform_statistics();

CREATE OR REPLACE TRIGGER _510_platform_statistics_insert
AFTER INSERT ON transactions
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_platform_statistics();

CREATE OR REPLACE TRIGGER _510_platform_statistics_update
AFTER UPDATE ON transactions
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_platform_statistics();

CREATE OR REPLACE TRIGGER _510_platform_statistics_delete
AFTER DELETE ON transactions
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION update_platform_statistics();
