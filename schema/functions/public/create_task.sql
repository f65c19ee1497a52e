-- Gives a task to one of the platform's workers and holds its price.
--
-- Returns: the task, pending
-- Raises:  GS003 for a worker, GS012 (worker_id) when the worker is not the platform's, tasks_external_id_key when the
--          platform used the external id before, accounts_balance_floor when its funds are short
-- Locks:   the worker, membership and platform that are counted; then the platform's two accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_tasks.py

CREATE OR REPLACE FUNCTION create_task(
    p_worker_id uuid,
    p_task_type text,
    p_amount numeric,
    p_title text,
    p_description text DEFAULT NULL,
    p_metadata jsonb DEFAULT '{}',
    p_external_id text DEFAULT NULL,
    p_scheduled_at timestamptz DEFAULT NULL
) RETURNS tasks
LANGUAGE plpgsql
AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_task tasks;
BEGIN
    IF NOT EXISTS (
        SELECT FROM ops.memberships AS m
        WHERE m.platform_id = v_platform_id AND m.worker_id = p_worker_id AND m.left_at IS NULL
    ) THEN
        RAISE EXCEPTION 'the worker is not one of yours: invite him first'
            USING ERRCODE = 'GS012', COLUMN = 'worker_id';
    END IF;

    INSERT INTO tasks (
        platform_id, worker_id, task_type, amount, title, description, metadata, external_id, scheduled_at
    )
    VALUES (
        v_platform_id, p_worker_id, p_task_type, p_amount, p_title, p_description, p_metadata, p_external_id,
        p_scheduled_at
    )
    RETURNING * INTO v_task;

    PERFORM ops.audit('task.created', 'task', v_task.id);
    PERFORM ops.emit(
        'task.created', v_platform_id, p_worker_id, 'task', v_task.id,
        jsonb_build_object('task_type', p_task_type, 'amount', v_task.amount::text)
    );
    PERFORM ledger.hold(v_task, v_task.amount);
    RETURN v_task;
END;
$$;
