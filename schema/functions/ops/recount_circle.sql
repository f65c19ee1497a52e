-- Recounts what stands between us and Circle: nothing is there that was not stored before it was asked for, an order of
-- wallets is finished when all of them are made, and a worker who got one from us has that one.
--
-- Returns: each figure, the row it stands in, what is stored, what the rows say, whether the same or not
-- Cost:    a full pass
-- Test:    tests/schema/test_invariants.py

CREATE OR REPLACE FUNCTION ops.recount_circle()
RETURNS TABLE (figure text, subject uuid, stored numeric, recounted numeric)
LANGUAGE sql STABLE
AS $$
    SELECT 'settlements.circle asked for', s.id, 1::numeric, (coalesce(c.asks, 0) > 0)::integer::numeric
    FROM ops.settlements AS s
    LEFT JOIN ops.circle_polls AS c ON s.id = c.settlement_id
    WHERE s.rail = 'circle' AND s.circle_tx_id IS NOT NULL
    UNION ALL
    SELECT 'wallet_orders.finished', o.id, (o.finished_at IS NOT NULL)::integer::numeric, (
        SELECT bool_and(x.wallet_id IS NOT NULL)::integer::numeric
        FROM ops.ordered_wallets AS x
        WHERE x.order_id = o.id
    )
    FROM ops.wallet_orders AS o
    UNION ALL
    SELECT 'workers.wallet_id', w.id, 1::numeric, (w.wallet_id = x.wallet_id)::integer::numeric
    FROM workers AS w
    INNER JOIN ops.ordered_wallets AS x ON w.id = x.worker_id
    WHERE w.wallet_id IS NOT NULL
$$;
