-- Erases the worker who asks: name, e-mail address, password, wallet, sessions and invites go; his tasks, pay, loans
-- and score stay, under an id that leads to nobody. Whoever still has something to do, to get or to pay back is kept
-- until that is settled: without him it could not be.
-- As owner, because no other role changes this table; it reaches the caller's own row only.
--
-- Raises:  GS001 unless the worker is the caller; GS011 naming what is open: tasks, money not paid out, an advance
-- Locks:   the worker, against new tasks and loans too; his memberships, sessions and invites
-- Cost:    O(rows of his own), and a pass over the invites
-- Test:    tests/functions/test_erasure.py

CREATE OR REPLACE FUNCTION erase_worker(p_worker_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_email text;
    v_open text;
BEGIN
    SELECT w.email INTO v_email FROM workers AS w
    WHERE w.id = p_worker_id AND w.id = ops.tenant()
    FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no worker %', p_worker_id USING ERRCODE = 'GS001';
    END IF;

    SELECT concat_ws(
        '; ',
        'open tasks: ' || nullif(count(*) FILTER (WHERE o.kind = 'task'), 0),
        'not paid out: ' || sum(o.amount) FILTER (WHERE o.kind = 'money') || ' USDC',
        'open advance: ' || sum(o.amount) FILTER (WHERE o.kind = 'advance') || ' USDC'
    ) INTO v_open
    FROM (
        SELECT 'task' AS kind, t.amount FROM tasks AS t
        WHERE t.worker_id = p_worker_id AND t.status IN ('pending', 'active', 'disputed')
        UNION ALL
        SELECT 'money', a.balance FROM ledger.accounts AS a
        WHERE a.owner_id = p_worker_id AND a.kind IN ('worker_available', 'worker_settling') AND a.balance > 0
        UNION ALL
        SELECT 'advance', l.total_due - l.amount_repaid FROM loans AS l
        WHERE l.worker_id = p_worker_id AND l.status IN ('pending', 'approved', 'disbursed', 'repaying')
    ) AS o;
    IF v_open <> '' THEN
        RAISE EXCEPTION 'the account cannot be erased yet: %', v_open USING ERRCODE = 'GS011';
    END IF;

    PERFORM ops.audit('worker.erased', 'worker', p_worker_id);
    UPDATE workers AS w
    SET
        name = 'Erased worker',
        email = w.id || '@erased.invalid',
        password_hash = '',
        wallet_id = NULL,
        wallet_address = NULL
    WHERE w.id = p_worker_id;
    UPDATE ops.memberships SET left_at = clock_timestamp() WHERE worker_id = p_worker_id;
    DELETE FROM ops.refresh_tokens WHERE worker_id = p_worker_id;
    DELETE FROM ops.invites WHERE worker_id = p_worker_id OR lower(email) = lower(v_email);
END;
$$;
