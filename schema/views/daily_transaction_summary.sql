-- Per UTC day, type and status: how many transactions, USDC moved, fees, and the average size.
--
-- Cost:  one pass over the transactions that the caller may see
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
FROM transactions AS x
GROUP BY (x.created_at AT TIME ZONE 'UTC')::date, x.tx_type, x.status;
