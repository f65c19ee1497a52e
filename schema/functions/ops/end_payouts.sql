-- Ends payouts, as one set: what was set aside leaves custody where p_errors[n] is null, and goes back to what the
-- worker has available where it says why he was not paid. The caller holds the transactions, none of which has ended.
--
-- Locks:   the platforms that are counted; then the accounts, in id order
-- Cost:    O(payouts)
-- Test:    tests/schema/test_payments.py

CREATE OR REPLACE FUNCTION ops.end_payouts(
    p_payouts uuid[], p_tx_hash text, p_payment_nos bigint[], p_errors text[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    UPDATE transactions AS t
    SET
        status = CASE WHEN p.error IS NULL THEN 'completed' ELSE 'failed' END,
        tx_hash = p_tx_hash,
        payment_no = p.payment_no,
        blockchain_confirmations = (p_tx_hash IS NOT NULL)::integer,
        processed_at = CASE WHEN p.error IS NULL THEN v_now END,
        error_message = p.error
    FROM unnest(p_payouts, p_payment_nos, p_errors) AS p (id, payment_no, error)
    WHERE t.id = p.id;

    PERFORM ops.audit_each('payout.' || t.status, 'transaction', array_agg(t.id ORDER BY t.id))
    FROM transactions AS t
    WHERE t.id = ANY(p_payouts)
    GROUP BY t.status;
    INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
    SELECT
        'payout.' || t.status, t.platform_id, t.worker_id, 'transaction', t.id,
        jsonb_strip_nulls(
            jsonb_build_object('amount', t.amount::text, 'tx_hash', t.tx_hash, 'error', t.error_message)
        )
    FROM transactions AS t
    WHERE t.id = ANY(p_payouts)
    ORDER BY t.id;

    -- LEFT, so that an account that is not there fails the settlement instead of losing it.
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, transaction_id, event_at)
    SELECT
        s.id, CASE t.status WHEN 'completed' THEN ledger.account('custody') ELSE a.id END, t.amount,
        CASE t.status WHEN 'completed' THEN 'settle' ELSE 'return' END, t.id, v_now
    FROM transactions AS t
    LEFT JOIN ledger.accounts AS s
        ON t.worker_id = s.owner_id AND s.kind = 'worker_settling' AND t.platform_id = s.platform_id
    LEFT JOIN ledger.accounts AS a
        ON t.worker_id = a.owner_id AND a.kind = 'worker_available' AND t.platform_id = a.platform_id
    WHERE t.id = ANY(p_payouts);
END;
$$;
