-- Moves the members' open_tasks (pending, active, disputed) for changed tasks. A worker who gets a task becomes a
-- member; one whose membership is already gone, because he is being deleted, has nothing left to count.
--
-- Locks:  the memberships, in key order
-- Cost:   O(changes)
-- Test:   tests/schema/test_platform_statistics.py

CREATE OR REPLACE FUNCTION ops.count_open_tasks(p_changes ops.task_change[]) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO ops.memberships (platform_id, worker_id)
    SELECT DISTINCT c.platform_id, c.worker_id
    FROM unnest(p_changes) AS c
    WHERE c.sign > 0
    ORDER BY c.platform_id, c.worker_id
    ON CONFLICT DO NOTHING;

    PERFORM FROM ops.memberships AS m
    WHERE (m.platform_id, m.worker_id) IN (SELECT c.platform_id, c.worker_id FROM unnest(p_changes) AS c)
    ORDER BY m.platform_id, m.worker_id
    FOR NO KEY UPDATE;

    UPDATE ops.memberships AS m
    SET open_tasks = m.open_tasks + d.open_tasks
    FROM (
        SELECT c.platform_id, c.worker_id, sum(c.sign) AS open_tasks
        FROM unnest(p_changes) AS c
        WHERE c.status IN ('pending', 'active', 'disputed')
        GROUP BY c.platform_id, c.worker_id
        HAVING sum(c.sign) <> 0
    ) AS d
    WHERE m.platform_id = d.platform_id AND m.worker_id = d.worker_id;
END;
$$;
