-- Puts payouts that wait into settlements, the oldest first: with rail web3 up to p_batch of them into one, with rail
-- circle each into its own, at most p_limit settlements. Payment numbers and nonces are given at reservation. A payout
-- without an address gets the one that its worker has by now, or waits on. Two runs at once share the work.
-- As owner, because no role writes a settlement by hand.
--
-- Returns: how many settlements, payouts in them, and their sum in USDC
-- Locks:   the payouts, skipping those that are held
-- Cost:    O(payouts that wait)
-- Test:    tests/schema/test_settlements.py

CREATE OR REPLACE FUNCTION queue_settlements(
    p_rail text, p_chain_id bigint, p_signer ops.address, p_contract ops.address, p_batch integer, p_limit integer,
    OUT settlements integer, OUT payments integer, OUT amount numeric
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_batch integer := CASE p_rail WHEN 'circle' THEN 1 ELSE p_batch END;
    v_payouts uuid [];
BEGIN
    v_payouts := ARRAY(
        SELECT t.id
        FROM transactions AS t
        INNER JOIN workers AS w ON t.worker_id = w.id
        WHERE t.tx_type = 'payout' AND t.status = 'pending' AND coalesce(t.to_address, w.wallet_address) IS NOT NULL
            AND NOT EXISTS (SELECT FROM ops.settlement_payments AS p WHERE p.transaction_id = t.id)
        ORDER BY t.id
        LIMIT v_batch * p_limit
        FOR NO KEY UPDATE OF t SKIP LOCKED
    );
    -- Again, because who had them before may have put them into a settlement that was not to be seen yet.
    v_payouts := ARRAY(
        SELECT u.id FROM unnest(v_payouts) WITH ORDINALITY AS u (id, n)
        WHERE NOT EXISTS (SELECT FROM ops.settlement_payments AS p WHERE p.transaction_id = u.id)
        ORDER BY u.n
    );
    UPDATE transactions AS t
    SET to_address = w.wallet_address
    FROM workers AS w
    WHERE t.id = ANY(v_payouts) AND t.to_address IS NULL AND t.worker_id = w.id;

    WITH numbered AS (
        SELECT t.id, t.amount, t.to_address, (row_number() OVER (ORDER BY t.id) - 1) / v_batch AS batch
        FROM transactions AS t
        WHERE t.id = ANY(v_payouts)
    ),

    batches AS MATERIALIZED (
        SELECT n.batch, ops.uuid_v7() AS id, count(*) AS payments, sum(n.amount) AS amount
        FROM numbered AS n
        GROUP BY n.batch
    ),

    made AS (
        INSERT INTO ops.settlements (id, rail, chain_id, signer, contract, payments, amount, idempotency_key)
        SELECT
            b.id, p_rail, p_chain_id, p_signer, CASE p_rail WHEN 'web3' THEN p_contract END, b.payments, b.amount,
            CASE p_rail WHEN 'circle' THEN gen_random_uuid() END
        FROM batches AS b
        ORDER BY b.batch
    ),

    joined AS (
        INSERT INTO ops.settlement_payments (settlement_id, transaction_id, to_address, amount)
        SELECT b.id, n.id, n.to_address, n.amount
        FROM numbered AS n
        INNER JOIN batches AS b ON n.batch = b.batch
    )

    SELECT count(*), coalesce(sum(b.payments), 0), coalesce(sum(b.amount), 0)
    INTO queue_settlements.settlements, queue_settlements.payments, queue_settlements.amount
    FROM batches AS b;
END;
$$;
