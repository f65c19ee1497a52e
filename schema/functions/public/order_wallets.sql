-- The order of wallets that Circle has yet to carry out: the open one, whose answer was lost, or a new one for the next
-- p_limit workers who have no wallet and were never ordered one. Whoever was erased needs none.
--
-- Returns: the order and its workers, in id order; no rows when nobody needs a wallet
-- Locks:   a new order's place: two runs get the same order, and Circle takes its key once
-- Cost:    O(p_limit), and those passed over: who was ordered one before and has none, who was erased
-- Test:    tests/jobs/test_create_wallets.py

CREATE OR REPLACE FUNCTION order_wallets(p_limit integer) RETURNS TABLE (order_id uuid, worker_id uuid)
LANGUAGE plpgsql
AS $$
DECLARE
    v_order uuid;
BEGIN
    SELECT o.id INTO v_order FROM ops.wallet_orders AS o WHERE o.finished_at IS NULL;
    IF NOT FOUND THEN
        INSERT INTO ops.wallet_orders DEFAULT VALUES
        ON CONFLICT ((finished_at IS NULL)) WHERE finished_at IS NULL DO NOTHING
        RETURNING id INTO v_order;
        IF v_order IS NULL THEN  -- another run was first
            RETURN QUERY SELECT * FROM order_wallets(p_limit);
            RETURN;
        END IF;

        INSERT INTO ops.ordered_wallets (worker_id, order_id)
        SELECT w.id, v_order
        FROM workers AS w
        WHERE w.wallet_address IS NULL AND w.wallet_id IS NULL AND w.email <> w.id || '@erased.invalid'
            AND NOT EXISTS (SELECT FROM ops.ordered_wallets AS x WHERE x.worker_id = w.id)
        ORDER BY w.id
        LIMIT p_limit;
        IF NOT FOUND THEN
            DELETE FROM ops.wallet_orders AS o WHERE o.id = v_order;
            RETURN;
        END IF;
    END IF;

    RETURN QUERY
    SELECT x.order_id, x.worker_id FROM ops.ordered_wallets AS x WHERE x.order_id = v_order ORDER BY x.worker_id;
END;
$$;
