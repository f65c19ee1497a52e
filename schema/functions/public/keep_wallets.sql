-- Gives the workers of an order the wallets that Circle has made for them: [{worker_id, wallet_id, wallet_address}],
-- all of the order's. A worker who has got himself a wallet in the meantime keeps that one. Twice is once.
--
-- Returns: how many workers got their wallet
-- Raises:  GS001 when there is no such order; GS100 when the wallets are not those of its workers
-- Locks:   the order, then its workers in id order
-- Cost:    O(workers of the order)
-- Test:    tests/jobs/test_create_wallets.py

CREATE OR REPLACE FUNCTION keep_wallets(p_order_id uuid, p_wallets jsonb) RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    v_order ops.wallet_orders;
    v_given uuid [];
BEGIN
    SELECT * INTO v_order FROM ops.wallet_orders AS o WHERE o.id = p_order_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no order %', p_order_id USING ERRCODE = 'GS001';
    ELSIF v_order.finished_at IS NOT NULL THEN
        RETURN 0;
    END IF;

    IF ARRAY(
        SELECT x.worker_id FROM ops.ordered_wallets AS x WHERE x.order_id = p_order_id ORDER BY x.worker_id
    ) <> ARRAY(
        SELECT r.worker_id FROM jsonb_to_recordset(p_wallets) AS r (worker_id uuid) ORDER BY r.worker_id
    ) THEN
        RAISE EXCEPTION 'the wallets are not those of the order''s workers' USING ERRCODE = 'GS100';
    END IF;

    UPDATE ops.ordered_wallets AS x
    SET wallet_id = r.wallet_id, wallet_address = r.wallet_address
    FROM jsonb_to_recordset(p_wallets) AS r (worker_id uuid, wallet_id text, wallet_address text)
    WHERE x.worker_id = r.worker_id;

    PERFORM FROM workers AS w
    WHERE w.id IN (SELECT x.worker_id FROM ops.ordered_wallets AS x WHERE x.order_id = p_order_id)
    ORDER BY w.id
    FOR NO KEY UPDATE;
    WITH given AS (
        UPDATE workers AS w
        SET wallet_id = x.wallet_id, wallet_address = x.wallet_address
        FROM ops.ordered_wallets AS x
        WHERE x.order_id = p_order_id AND w.id = x.worker_id
            AND w.wallet_address IS NULL AND w.email <> w.id || '@erased.invalid'
        RETURNING w.id
    )

    SELECT coalesce(array_agg(g.id), '{}') INTO v_given FROM given AS g;
    PERFORM ops.audit('worker.wallet_created', 'worker', g.id) FROM unnest(v_given) AS g (id);

    UPDATE ops.wallet_orders AS o SET finished_at = clock_timestamp() WHERE o.id = p_order_id;
    RETURN cardinality(v_given);
END;
$$;
