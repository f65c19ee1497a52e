-- The calling worker has what he has available with a platform paid out: an amount of it, not below p_minimum, or all.
-- All is paid out however little it is, so that an account can be emptied and its owner erased.
-- As owner, because a worker's money is moved by nobody else; it reaches the caller's own accounts alone.
--
-- Returns: the transaction, pending
-- Raises:  GS001 unless the worker is the caller, and (platform_id) when he has no account with it; GS015 (amount);
--          GS093 when he has no wallet; GS010 and accounts_balance_floor when less is available
-- Locks:   as ops.start_payout
-- Cost:    as ops.start_payout
-- Test:    tests/functions/test_payouts.py

CREATE OR REPLACE FUNCTION request_payout(
    p_worker_id uuid, p_platform_id uuid, p_amount numeric, p_minimum numeric
) RETURNS transactions
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    IF (p_worker_id = ops.tenant() AND ops.tenant_kind() = 'worker') IS NOT TRUE THEN
        RAISE EXCEPTION 'no worker %', p_worker_id USING ERRCODE = 'GS001';
    END IF;
    IF NOT EXISTS (
        SELECT FROM ledger.accounts AS a
        WHERE a.owner_id = p_worker_id AND a.kind = 'worker_available' AND a.platform_id = p_platform_id
    ) THEN
        RAISE EXCEPTION 'you have no money with this platform' USING ERRCODE = 'GS001', COLUMN = 'platform_id';
    END IF;
    IF p_amount < p_minimum THEN
        RAISE EXCEPTION 'must be at least % USDC, or left out for all there is', p_minimum
            USING ERRCODE = 'GS015', COLUMN = 'amount';
    END IF;
    PERFORM ops.require_wallet(p_worker_id);
    RETURN ops.start_payout(p_worker_id, p_platform_id, p_amount);
END;
$$;
