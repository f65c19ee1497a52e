-- A predictive advance that is overdue is given up, as the operator does it by hand: one loan a transaction, because
-- its worker is locked before it and its accounts after. One that was paid back at the last moment is left alone.
-- As owner, because giving up on what is not overdue is the operator's alone.
--
-- Returns: whether it was defaulted
-- Locks:   as write_off_advance
-- Cost:    O(1)
-- Test:    tests/jobs/test_default_loans.py

CREATE OR REPLACE FUNCTION default_advance(p_loan_id uuid, p_as_of timestamptz, OUT defaulted boolean)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    defaulted := EXISTS (
        SELECT FROM loans AS l
        WHERE l.id = p_loan_id AND l.mode = 'predictive' AND l.status IN ('disbursed', 'repaying')
            AND l.repayment_due <= least(p_as_of, clock_timestamp())
    );
    IF defaulted THEN
        PERFORM write_off_advance(p_loan_id);
    END IF;
EXCEPTION WHEN sqlstate 'GS011' THEN
    defaulted := FALSE;
END;
$$;
