-- The caller's own task, locked.
--
-- Raises:  GS003 when the caller is not a platform, GS001 when the task is not there or not the caller's
-- Locks:   the task
-- Test:    tests/schema/test_tasks.py

CREATE OR REPLACE FUNCTION ops.lock_task(p_task_id uuid) RETURNS tasks
LANGUAGE plpgsql
AS $$
DECLARE
    v_task tasks;
BEGIN
    SELECT t.* INTO v_task FROM tasks AS t
    WHERE t.id = p_task_id AND t.platform_id = ops.require_platform()
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no task %', p_task_id USING ERRCODE = 'GS001';
    END IF;
    RETURN v_task;
END;
$$;
