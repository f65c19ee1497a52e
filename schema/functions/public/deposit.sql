-- Credits a platform with USDC that came in. On a live system deposits come from the chain; in test mode a platform may
-- make one up, and only there does the role api have the right to call this.
-- As owner, because nobody but the owner sees the custody account.
--
-- Returns: the deposit's id and the platform's available funds after it, USDC
-- Raises:  GS003 when the caller is not a platform
-- Locks:   the two accounts
-- Cost:    O(1)
-- Test:    tests/functions/test_platforms.py

CREATE OR REPLACE FUNCTION deposit(p_amount numeric, OUT id uuid, OUT available numeric)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_account uuid := ledger.account('platform_available', v_platform_id, v_platform_id);
BEGIN
    INSERT INTO ops.deposits AS d (platform_id, amount) VALUES (v_platform_id, p_amount) RETURNING d.id INTO deposit.id;
    PERFORM ops.audit('platform.deposited', 'platform', v_platform_id);
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, deposit_id, event_at)
    VALUES (ledger.account('custody'), v_account, p_amount, 'deposit', deposit.id, clock_timestamp());
    available := (SELECT a.balance FROM ledger.accounts AS a WHERE a.id = v_account);
END;
$$;
