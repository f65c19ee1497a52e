-- An operator gives up on an advance: the loan is defaulted, and what the worker paid back so far leaves his advance
-- account, the principal first: to the pool, anything above it to fees. The rest is the pool's loss, and later pay is
-- the worker's in full. His reputation falls by 100 for a predictive advance; an earned one is repaid from pay alone,
-- and that the pay did not come is not his fault.
--
-- Returns: the loan's id, its worker, what came back and what is lost of the amount advanced, USDC
-- Raises:  GS001; GS011 when it is not paid out or is settled already
-- Locks:   the worker, the loan; then the accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_operator.py

CREATE OR REPLACE FUNCTION write_off_advance(
    p_loan_id uuid, OUT id uuid, OUT worker_id uuid, OUT recovered numeric, OUT lost numeric
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_loan loans;
    v_advance uuid;
    v_fee numeric;
    v_line uuid := ops.uuid_v7();
BEGIN
    SELECT l.* INTO v_loan FROM loans AS l WHERE l.id = p_loan_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no loan %', p_loan_id USING ERRCODE = 'GS001';
    END IF;
    -- The worker before the loan, as a release that finishes his task locks them; what follows may take it all back.
    IF v_loan.mode = 'predictive' THEN
        INSERT INTO reputation_events (worker_id, event_type, delta, reason, related_id)
        VALUES (v_loan.worker_id, 'penalty', -100, 'advance not paid back', p_loan_id);
    END IF;
    SELECT l.* INTO v_loan FROM loans AS l WHERE l.id = p_loan_id FOR NO KEY UPDATE;
    IF v_loan.status NOT IN ('disbursed', 'repaying') THEN
        RAISE EXCEPTION 'the loan is %, not disbursed or repaying', v_loan.status USING ERRCODE = 'GS011';
    END IF;
    id := v_loan.id;
    worker_id := v_loan.worker_id;
    recovered := least(v_loan.amount, v_loan.amount_repaid);
    lost := v_loan.amount - recovered;
    v_fee := v_loan.amount_repaid - recovered;
    v_advance := ledger.account('worker_advance', v_loan.worker_id, v_loan.platform_id);

    UPDATE loans AS l SET status = 'defaulted', defaulted_at = clock_timestamp() WHERE l.id = p_loan_id;
    IF v_fee > 0 THEN
        INSERT INTO transactions (id, worker_id, platform_id, tx_type, amount, status, processed_at, metadata)
        VALUES (
            v_line, v_loan.worker_id, v_loan.platform_id, 'fee', v_fee, 'completed', clock_timestamp(),
            jsonb_build_object('loan_id', p_loan_id)
        );
    END IF;
    PERFORM ops.audit('loan.written_off', 'loan', p_loan_id, jsonb_build_object('lost', lost::text));
    PERFORM ops.emit(
        'loan.defaulted', v_loan.platform_id, v_loan.worker_id, 'loan', p_loan_id,
        jsonb_build_object('amount', v_loan.amount::text, 'amount_repaid', v_loan.amount_repaid::text)
    );
    INSERT INTO ledger.transfers (id, debit_account, credit_account, amount, reason, loan_id, event_at)
    SELECT m.id, v_advance, m.account, m.amount, m.reason, p_loan_id, clock_timestamp()
    FROM (
        VALUES
        (ops.uuid_v7(), ledger.account('advance_pool'), recovered, 'recover'),
        (v_line, ledger.account('fees'), v_fee, 'fee')
    ) AS m (id, account, amount, reason)
    WHERE m.amount > 0;
END;
$$;
