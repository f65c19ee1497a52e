-- The calling worker pays his advance back before his pay does: an amount, or all that he owes, and never more than
-- that, out of what he has available with the platform of the advance or, as he says, with another one.
-- As owner, because a worker's money is moved by nobody else; it reaches the caller's own loan and accounts alone.
--
-- Returns: the loan
-- Raises:  GS001 when the loan is not his; GS011 when it is not open; accounts_balance_floor when he has less available
-- Locks:   the loan; then the accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_advances.py

CREATE OR REPLACE FUNCTION repay_advance(
    p_loan_id uuid, p_amount numeric DEFAULT NULL, p_platform_id uuid DEFAULT NULL
) RETURNS loans
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_loan loans;
    v_from uuid;
BEGIN
    SELECT l.* INTO v_loan FROM loans AS l
    WHERE l.id = p_loan_id AND l.worker_id = ops.tenant()
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no loan %', p_loan_id USING ERRCODE = 'GS001';
    END IF;
    IF v_loan.status NOT IN ('disbursed', 'repaying') THEN
        RAISE EXCEPTION 'the loan is %, not disbursed or repaying', v_loan.status USING ERRCODE = 'GS011';
    END IF;

    SELECT a.id INTO v_from FROM ledger.accounts AS a
    WHERE a.owner_id = v_loan.worker_id AND a.kind = 'worker_available'
        AND a.platform_id = coalesce(p_platform_id, v_loan.platform_id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'you have no money with this platform' USING ERRCODE = 'GS001', COLUMN = 'platform_id';
    END IF;
    PERFORM ops.audit('loan.repayment', 'loan', p_loan_id);
    PERFORM ledger.repay(
        ARRAY[p_loan_id], ARRAY[least(p_amount, v_loan.total_due - v_loan.amount_repaid)], ARRAY[v_from]
    );
    SELECT l.* INTO v_loan FROM loans AS l WHERE l.id = p_loan_id;
    RETURN v_loan;
END;
$$;
