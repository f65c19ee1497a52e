-- An operator puts money into the pool that advances are paid from: a deposit of no platform's. It is made up, so in
-- test mode alone has the role operator the right to call this; live, the pool is funded by a deposit that came over the
-- chain, with assign_deposit.
-- As owner, because no other role writes a deposit.
--
-- Returns: the deposit's id, and what the pool holds after it, USDC
-- Locks:   custody and the pool
-- Cost:    O(1)
-- Test:    tests/schema/test_operator.py

CREATE OR REPLACE FUNCTION fund_pool(p_amount numeric, OUT id uuid, OUT pool numeric)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_pool uuid := ledger.account('advance_pool');
BEGIN
    INSERT INTO ops.deposits AS d (amount) VALUES (p_amount) RETURNING d.id INTO fund_pool.id;
    PERFORM ops.audit('pool.funded', 'deposit', fund_pool.id, jsonb_build_object('amount', p_amount::text));
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, deposit_id, event_at)
    VALUES (ledger.account('custody'), v_pool, p_amount, 'deposit', fund_pool.id, clock_timestamp());
    pool := (SELECT a.balance FROM ledger.accounts AS a WHERE a.id = v_pool);
END;
$$;
