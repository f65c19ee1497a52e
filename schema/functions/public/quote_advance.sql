-- Tells the calling worker what an advance would cost; the quote is good for ten minutes. It promises nothing: whether
-- he may have it is asked once more when he accepts. His older quotes that nobody accepted are thrown away.
--
-- Returns: the quote
-- Raises:  GS003 when the caller is not a worker; as ops.admit_advance
-- Locks:   nothing that others wait for
-- Cost:    O(his own rows)
-- Test:    tests/schema/test_advances.py

CREATE OR REPLACE FUNCTION quote_advance(
    p_platform_id uuid, p_mode text, p_amount numeric, p_predicted numeric DEFAULT NULL
) RETURNS ops.loan_quotes
LANGUAGE plpgsql
AS $$
DECLARE
    v_worker_id uuid := ops.tenant();
    v_quote ops.loan_quotes;
    v_terms record;
BEGIN
    IF ops.tenant_kind() IS DISTINCT FROM 'worker' THEN
        RAISE EXCEPTION 'only a worker may do this' USING ERRCODE = 'GS003';
    END IF;
    v_terms := ops.admit_advance(v_worker_id, p_platform_id, p_mode, p_amount, p_predicted);

    DELETE FROM ops.loan_quotes AS q
    WHERE q.worker_id = v_worker_id AND q.loan_id IS NULL AND q.expires_at < clock_timestamp() - interval '1 day';
    INSERT INTO ops.loan_quotes (
        worker_id, platform_id, mode, amount, fee, limit_amount, risk_score, predicted_earnings, expires_at
    )
    VALUES (
        v_worker_id, p_platform_id, p_mode, p_amount, advance_fee(p_mode, p_amount, v_terms.risk_score),
        v_terms.limit_amount, v_terms.risk_score, CASE p_mode WHEN 'predictive' THEN p_predicted END,
        clock_timestamp() + interval '10 minutes'
    )
    RETURNING * INTO v_quote;

    PERFORM ops.audit('loan.quoted', 'loan_quote', v_quote.id);
    RETURN v_quote;
END;
$$;
