-- Locks a worker's open advance on the pay of the calling platform, if there is one, ahead of accounts: for whoever
-- moves other money before pay in one transaction. Pay alone needs no such care, because the ledger's trigger locks the
-- advance first.
-- As owner, because a platform does not see the loan; it learns nothing of it.
--
-- Locks:  the loan; then, if there is one, the pool and the fees
-- Cost:   one index lookup
-- Test:   tests/schema/test_advances.py

CREATE OR REPLACE FUNCTION ledger.lock_advance(p_worker_id uuid) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    WITH advance AS MATERIALIZED (
        SELECT l.id FROM loans AS l
        WHERE l.worker_id = p_worker_id AND l.platform_id = ops.tenant() AND l.status IN ('disbursed', 'repaying')
        FOR NO KEY UPDATE
    )

    -- It may become whole: the accounts that it goes back to are older than a platform's.
    SELECT FROM ledger.accounts AS a
    WHERE a.owner_id IS NULL AND a.kind IN ('advance_pool', 'fees') AND EXISTS (SELECT FROM advance)
    ORDER BY a.id
    FOR NO KEY UPDATE OF a
$$;
