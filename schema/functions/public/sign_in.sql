-- Ends an attempt to sign in with a password. p_worker_id is the worker whose password was right, NULL when it was not;
-- whether there is a worker with the address makes no difference to what is done. What was tried while the address is
-- locked counts for nothing, right or wrong: of guesses made at once no more than five are told apart.
-- A failure must be committed, so it is told by NULLs and not by an error.
--
-- Returns: the worker and his session, with his invite accepted if he brought one; or how many seconds the address is
--          locked; or nothing but NULLs when the password was wrong
-- Raises:  GS022 for a bad invite; GS002 when he was erased while his password was checked
-- Locks:   the address's failures, so that they are counted one after the other
-- Cost:    O(1)
-- Test:    tests/functions/test_auth_lockout.py, tests/functions/test_auth_sessions.py

CREATE OR REPLACE FUNCTION sign_in(p_email text, p_worker_id uuid, p_invite_hash bytea, p_token_hash bytea)
RETURNS TABLE (worker_id uuid, session_id uuid, locked_seconds integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_failures integer;
BEGIN
    -- Also when there are none there is a row from here on, so that whoever guesses at the same time waits for it.
    INSERT INTO ops.sign_in_failures AS f (address_hash, failures, last_failed_at)
    VALUES (ops.email_hash(p_email), 0, clock_timestamp())
    ON CONFLICT (address_hash) DO UPDATE
    SET failures = CASE WHEN f.last_failed_at > clock_timestamp() - interval '15 minutes' THEN f.failures ELSE 0 END;
    locked_seconds := ops.sign_in_lock(p_email);
    IF locked_seconds IS NOT NULL THEN
        RETURN NEXT;
        RETURN;
    END IF;

    IF p_worker_id IS NULL THEN
        UPDATE ops.sign_in_failures AS f
        SET failures = f.failures + 1, last_failed_at = clock_timestamp()
        WHERE f.address_hash = ops.email_hash(p_email)
        RETURNING f.failures INTO v_failures;
        IF v_failures = 5 THEN
            PERFORM ops.audit(
                'sign_in.locked', 'worker', (SELECT w.id FROM workers AS w WHERE lower(w.email) = lower(p_email))
            );
        END IF;
        RETURN NEXT;
        RETURN;
    END IF;

    session_id := ops.start_session(p_worker_id, p_token_hash);
    UPDATE workers AS w SET last_active_at = greatest(w.last_active_at, clock_timestamp())
    WHERE w.id = p_worker_id AND w.password_hash <> '';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no such worker any more' USING ERRCODE = 'GS002';
    END IF;
    DELETE FROM ops.sign_in_failures AS f WHERE f.address_hash = ops.email_hash(p_email);
    PERFORM ops.audit('worker.signed_in', 'worker', p_worker_id);
    PERFORM ops.accept_invite(p_worker_id, p_invite_hash);
    worker_id := p_worker_id;
    RETURN NEXT;
END;
$$;
