-- Raises unless a worker has a wallet to be paid to.
--
-- Raises:  GS093
-- Cost:    O(1)
-- Test:    tests/functions/test_payouts.py

CREATE OR REPLACE FUNCTION ops.require_wallet(p_worker_id uuid) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM workers AS w WHERE w.id = p_worker_id AND w.wallet_address IS NOT NULL) THEN
        RAISE EXCEPTION 'the worker has no wallet to be paid to' USING ERRCODE = 'GS093';
    END IF;
END;
$$;
