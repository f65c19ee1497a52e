-- Gives out several tasks, each as create_task does: a JSON array of objects with its parameters, without the p_. One
-- that cannot be created costs the others nothing: it is undone by itself, and what it failed with is returned in its
-- place.
--
-- Returns: for each item, in order, its index from 0 and either the task or the error: SQLSTATE, constraint, column,
--          message
-- Raises:  GS003 for a worker; a deadlock or a timeout, which is nobody's fault, fails the whole
-- Locks:   the workers, in id order; then as create_task, one platform and its two accounts
-- Cost:    O(items), each with a subtransaction
-- Test:    tests/functions/test_task_batches.py

CREATE OR REPLACE FUNCTION create_tasks(p_tasks jsonb)
RETURNS TABLE (
    index integer, task tasks, error_state text, error_constraint text, error_column text, error_message text
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_item jsonb;
BEGIN
    PERFORM ops.lock_members(ARRAY(SELECT (i.item ->> 'worker_id')::uuid FROM jsonb_array_elements(p_tasks) AS i (item)));

    index := 0;
    FOR v_item IN SELECT i.item FROM jsonb_array_elements(p_tasks) WITH ORDINALITY AS i (item, place) ORDER BY i.place LOOP
        task := NULL;
        error_state := NULL;
        error_constraint := NULL;
        error_column := NULL;
        error_message := NULL;
        BEGIN
            task := create_task(
                (v_item ->> 'worker_id')::uuid, v_item ->> 'task_type', (v_item ->> 'amount')::numeric,
                v_item ->> 'title', v_item ->> 'description', v_item -> 'metadata', v_item ->> 'external_id',
                (v_item ->> 'scheduled_at')::timestamptz
            );
        -- GS000 is every error of ours.
        EXCEPTION WHEN unique_violation OR check_violation OR data_exception OR SQLSTATE 'GS000' THEN
            GET STACKED DIAGNOSTICS
                error_state = RETURNED_SQLSTATE,
                error_constraint = CONSTRAINT_NAME,
                error_column = COLUMN_NAME,
                error_message = MESSAGE_TEXT;
        END;
        RETURN NEXT;
        index := index + 1;
    END LOOP;
END;
$$;
