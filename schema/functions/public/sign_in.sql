-- Begins a session for a worker whose password was right, and accepts his invite if he brings one.
--
-- Raises:  GS022 for a bad invite; GS002 when he was erased while his password was checked
-- Cost:    O(1)
-- Test:    tests/functions/test_auth_sessions.py

CREATE OR REPLACE FUNCTION sign_in(p_worker_id uuid, p_invite_hash bytea, p_token_hash bytea)
RETURNS TABLE (worker_id uuid, session_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_session_id CONSTANT uuid := ops.start_session(p_worker_id, p_token_hash);
BEGIN
    UPDATE workers SET last_active_at = greatest(last_active_at, clock_timestamp())
    WHERE id = p_worker_id AND password_hash <> '';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no such worker any more' USING ERRCODE = 'GS002';
    END IF;
    PERFORM ops.audit('worker.signed_in', 'worker', p_worker_id);
    PERFORM ops.accept_invite(p_worker_id, p_invite_hash);
    RETURN QUERY VALUES (p_worker_id, v_session_id);
END;
$$;
