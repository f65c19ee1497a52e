-- An operator says whose a deposit in suspense is: a platform's, or, without one, the pool's that advances are paid
-- from. Once: it does not come back into suspense.
-- As owner, because no role writes a deposit.
--
-- Returns: the deposit's id and amount, and what its account holds with it, USDC
-- Raises:  GS001 when there is no such deposit or platform; GS011 when it is not in suspense
-- Locks:   the deposit; then suspense and the account credited
-- Cost:    O(1)
-- Test:    tests/schema/test_deposits.py

CREATE OR REPLACE FUNCTION assign_deposit(
    p_deposit_id uuid, p_platform_id uuid DEFAULT NULL, OUT id uuid, OUT amount numeric, OUT available numeric
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_deposit ops.deposits;
    v_account uuid;
BEGIN
    SELECT d.* INTO v_deposit FROM ops.deposits AS d WHERE d.id = p_deposit_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no deposit %', p_deposit_id USING ERRCODE = 'GS001';
    END IF;
    IF NOT v_deposit.in_suspense THEN
        RAISE EXCEPTION 'the deposit is not in suspense' USING ERRCODE = 'GS011';
    END IF;
    IF p_platform_id IS NULL THEN
        v_account := ledger.account('advance_pool');
        PERFORM ops.audit(
            'pool.funded', 'deposit', p_deposit_id, jsonb_build_object('amount', v_deposit.amount::text)
        );
    ELSE
        IF NOT EXISTS (SELECT FROM platforms AS p WHERE p.id = p_platform_id) THEN
            RAISE EXCEPTION 'no platform %', p_platform_id USING ERRCODE = 'GS001';
        END IF;
        v_account := ledger.account('platform_available', p_platform_id, p_platform_id);
        PERFORM ops.audit(
            'platform.deposited', 'platform', p_platform_id,
            jsonb_build_object('deposit_id', p_deposit_id, 'tx_hash', v_deposit.tx_hash)
        );
    END IF;

    UPDATE ops.deposits AS d SET platform_id = p_platform_id, in_suspense = FALSE WHERE d.id = p_deposit_id;
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, deposit_id, source_seq, event_at)
    VALUES (
        ledger.account('suspense'), v_account, v_deposit.amount, 'deposit', p_deposit_id, 1, clock_timestamp()
    );
    id := p_deposit_id;
    amount := v_deposit.amount;
    available := (SELECT a.balance FROM ledger.accounts AS a WHERE a.id = v_account);
END;
$$;
