-- Changes a worker's own name, e-mail address or wallet, which has signed that; what is NULL stays.
-- As owner, because no other role changes this table; it reaches the caller's own row only.
--
-- Returns: the worker
-- Raises:  GS003 when the caller is not a worker; workers_email_key or workers_wallet_address_key when somebody else
--          uses the address; GS042 (wallet) when what the wallet has signed was not asked for, was used or is too old
-- Locks:   the worker
-- Test:    tests/functions/test_workers.py

CREATE OR REPLACE FUNCTION update_worker(
    p_name text DEFAULT NULL, p_email text DEFAULT NULL, p_wallet ops.wallet_proof DEFAULT NULL
) RETURNS workers
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_worker workers;
BEGIN
    IF ops.tenant_kind() IS DISTINCT FROM 'worker' THEN
        RAISE EXCEPTION 'only a worker may do this' USING ERRCODE = 'GS003';
    END IF;

    IF (p_wallet).address IS NOT NULL AND NOT ops.use_wallet_proof(p_wallet, 'set_wallet') THEN
        RAISE EXCEPTION 'was not asked for here, was used before or is too old'
            USING ERRCODE = 'GS042', COLUMN = 'wallet';
    END IF;

    UPDATE workers AS w
    SET
        name = coalesce(p_name, w.name),
        email = coalesce(p_email, w.email),
        wallet_address = coalesce((p_wallet).address, w.wallet_address)
    WHERE w.id = ops.tenant()
    RETURNING w.* INTO v_worker;

    PERFORM ops.audit(
        'worker.updated', 'worker', v_worker.id,
        jsonb_build_object('fields', array_remove(ARRAY[
            CASE WHEN p_name IS NOT NULL THEN 'name' END,
            CASE WHEN p_email IS NOT NULL THEN 'email' END,
            CASE WHEN (p_wallet).address IS NOT NULL THEN 'wallet_address' END
        ], NULL))
    );
    RETURN v_worker;
END;
$$;
