-- Pays out the advance that the calling worker accepts a quote of: from the pool to what he has available with the
-- platform. Whether he may still have it is asked again, with the streams that his pay accrues on standing still, so
-- that none of it is released meanwhile.
-- As owner, because the pool is nobody's whom row security knows; it acts for the caller alone.
--
-- Returns: the loan, disbursed
-- Raises:  GS003 when the caller is not a worker; GS001 when the quote is not his; GS051 when it is used, GS052 when
--          it is too old; as ops.admit_advance, and loans_open_key for whoever comes second; GS054 when the pool is
--          short
-- Locks:   the quote, the worker's running streams with the platform, the worker against erasure; then the pool and his
--          account
-- Cost:    O(his own rows)
-- Test:    tests/schema/test_advances.py

CREATE OR REPLACE FUNCTION accept_advance(p_quote_id uuid) RETURNS loans
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_quote ops.loan_quotes;
    v_loan loans;
    v_available uuid;
    v_line uuid := ops.uuid_v7();
    v_pool uuid := ledger.account('advance_pool');
BEGIN
    IF ops.tenant_kind() IS DISTINCT FROM 'worker' THEN
        RAISE EXCEPTION 'only a worker may do this' USING ERRCODE = 'GS003';
    END IF;
    SELECT q.* INTO v_quote FROM ops.loan_quotes AS q
    WHERE q.id = p_quote_id AND q.worker_id = ops.tenant()
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no quote %', p_quote_id USING ERRCODE = 'GS001';
    END IF;
    IF v_quote.loan_id IS NOT NULL THEN
        RAISE EXCEPTION 'the quote was accepted before' USING ERRCODE = 'GS051';
    END IF;
    IF v_quote.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'the quote is too old: ask for a new one' USING ERRCODE = 'GS052';
    END IF;

    PERFORM FROM streams AS s
    WHERE s.worker_id = v_quote.worker_id AND s.platform_id = v_quote.platform_id AND s.status = 'active'
    ORDER BY s.id
    FOR SHARE;
    PERFORM FROM workers AS w WHERE w.id = v_quote.worker_id FOR KEY SHARE;
    PERFORM ops.admit_advance(
        v_quote.worker_id, v_quote.platform_id, v_quote.mode, v_quote.amount, v_quote.predicted_earnings
    );

    INSERT INTO loans (
        worker_id, platform_id, amount, fee, total_due, status, mode, risk_score, predicted_earnings, disbursed_at,
        repayment_due
    )
    VALUES (
        v_quote.worker_id, v_quote.platform_id, v_quote.amount, v_quote.fee, v_quote.amount + v_quote.fee, 'disbursed',
        v_quote.mode, v_quote.risk_score, v_quote.predicted_earnings, clock_timestamp(),
        CASE v_quote.mode WHEN 'predictive' THEN clock_timestamp() + interval '30 days' END
    )
    RETURNING * INTO v_loan;
    UPDATE ops.loan_quotes AS q SET loan_id = v_loan.id WHERE q.id = v_quote.id;

    -- The line that the worker sees has the id of its transfer.
    INSERT INTO transactions (id, worker_id, platform_id, tx_type, amount, fee, status, processed_at, metadata)
    VALUES (
        v_line, v_loan.worker_id, v_loan.platform_id, 'advance', v_loan.amount, v_loan.fee, 'completed',
        v_loan.disbursed_at, jsonb_build_object('loan_id', v_loan.id)
    );
    PERFORM ops.audit('loan.disbursed', 'loan', v_loan.id);
    PERFORM ops.emit(
        'loan.disbursed', v_loan.platform_id, v_loan.worker_id, 'loan', v_loan.id,
        jsonb_build_object('mode', v_loan.mode, 'amount', v_loan.amount::text, 'fee', v_loan.fee::text)
    );

    v_available := ledger.account('worker_available', v_loan.worker_id, v_loan.platform_id);
    -- Where repayments gather, opened now: a release finds it and opens nothing.
    PERFORM ledger.account('worker_advance', v_loan.worker_id, v_loan.platform_id);
    PERFORM FROM ledger.accounts AS a WHERE a.id = v_pool AND a.balance >= v_loan.amount FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is not enough money for advances at the moment' USING ERRCODE = 'GS054';
    END IF;
    INSERT INTO ledger.transfers (id, debit_account, credit_account, amount, reason, loan_id, event_at)
    VALUES (v_line, v_pool, v_available, v_loan.amount, 'advance', v_loan.id, v_loan.disbursed_at);
    RETURN v_loan;
END;
$$;
