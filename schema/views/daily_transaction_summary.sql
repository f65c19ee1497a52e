-- Per UTC day, type and status: how many transactions, USDC moved, fees, and the average size; of the tenant's own, or
-- of all where nobody signed in and row security shows all. Which rows those are is row security's to say; that they
-- are told apart here by whose they are lets an index find them, which its = any() must not.
--
-- Cost:  the tenant's transactions, however many others there are
-- Test:  tests/schema/test_views.py

CREATE VIEW daily_transaction_summary WITH (security_invoker = TRUE) AS
SELECT
    (x.created_at AT TIME ZONE 'UTC')::date AS day,
    x.tx_type,
    x.status,
    count(*) AS transactions,
    sum(x.amount) AS total_amount,
    sum(x.fee) AS total_fees,
    round(avg(x.amount), 6) AS average_amount
FROM (
    SELECT
        p.created_at,
        p.tx_type,
        p.status,
        p.amount,
        p.fee
    FROM transactions AS p
    WHERE p.platform_id = (SELECT ops.tenant())
    UNION ALL
    SELECT
        w.created_at,
        w.tx_type,
        w.status,
        w.amount,
        w.fee
    FROM transactions AS w
    WHERE w.worker_id = (SELECT ops.tenant())
    UNION ALL
    SELECT
        a.created_at,
        a.tx_type,
        a.status,
        a.amount,
        a.fee
    FROM transactions AS a
    WHERE (SELECT ops.tenant()) IS NULL
) AS x
GROUP BY (x.created_at AT TIME ZONE 'UTC')::date, x.tx_type, x.status;
