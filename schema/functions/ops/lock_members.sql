-- Locks those of the calling platform's workers that are named, in id order, before a transaction writes several tasks
-- one after the other: the second task's worker would otherwise be locked after the first one's platform and accounts.
-- As owner, because the API may read a worker but not lock him.
--
-- Raises:  GS003 when the caller is not a platform
-- Locks:   the workers, in id order
-- Cost:    O(workers)
-- Test:    tests/functions/test_task_batches.py

CREATE OR REPLACE FUNCTION ops.lock_members(p_workers uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
BEGIN
    PERFORM FROM workers AS w
    WHERE w.id IN (
        SELECT m.worker_id FROM ops.memberships AS m
        WHERE m.platform_id = v_platform_id AND m.worker_id = ANY(p_workers)
    )
    ORDER BY w.id
    FOR NO KEY UPDATE;
END;
$$;
