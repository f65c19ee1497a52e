-- Completes a fixed task that its platform reports as done, in a request signed with one of its inbound secrets. That
-- the signature fits the secret was found out before; here is whether the secret is the caller's and still good.
--
-- Returns: the task, completed and paid
-- Raises:  GS002 for the secret; GS001, GS003, GS011 as complete_task
-- Locks:   as complete_task
-- Cost:    O(1)
-- Test:    tests/functions/test_task_completed.py

CREATE OR REPLACE FUNCTION complete_reported_task(
    p_secret_id uuid,
    p_task_id uuid,
    p_external_id text,
    p_rating integer,
    p_completion_proof text,
    p_verification_data jsonb
) RETURNS tasks
LANGUAGE plpgsql
AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_task_id uuid := p_task_id;
BEGIN
    IF NOT EXISTS (
        SELECT FROM ops.inbound_secrets AS s
        WHERE s.id = p_secret_id AND s.platform_id = v_platform_id
            AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp())
    ) THEN
        RAISE EXCEPTION 'the signing secret is unknown or expired' USING ERRCODE = 'GS002';
    END IF;
    IF v_task_id IS NULL THEN
        SELECT t.id INTO v_task_id FROM tasks AS t
        WHERE t.platform_id = v_platform_id AND t.external_id = p_external_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no task with this external_id' USING ERRCODE = 'GS001', COLUMN = 'external_id';
        END IF;
    END IF;
    RETURN complete_task(v_task_id, p_rating, p_completion_proof, p_verification_data);
END;
$$;
