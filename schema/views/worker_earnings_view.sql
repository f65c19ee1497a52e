-- What a worker did and earned, USDC: tasks, what streams and tasks paid, what is still to come, transactions by type,
-- loans. pending_amount is the price of open fixed tasks and what open streams have not released yet.
-- A platform sees the figures of its own tasks only: the rows are its own by row security.
--
-- Cost:  filtered by worker_id, that worker's rows only
-- Test:  tests/schema/test_views.py

CREATE VIEW worker_earnings_view WITH (security_invoker = TRUE) AS
SELECT
    w.id AS worker_id,
    w.name,
    t.total_tasks,
    t.completed_tasks,
    t.active_tasks,
    t.earned_amount + s.released_amount AS earned_amount,
    s.released_amount,
    t.pending_amount + s.pending_amount AS pending_amount,
    x.payout_amount,
    x.advance_amount,
    x.repayment_amount,
    x.fee_amount,
    x.refund_amount,
    l.open_loans,
    l.open_loan_amount,
    l.repaid_loans,
    w.completion_rate,
    w.average_rating
FROM workers AS w
CROSS JOIN
    LATERAL (
        SELECT
            count(*) AS total_tasks,
            count(*) FILTER (WHERE k.status = 'completed') AS completed_tasks,
            count(*) FILTER (WHERE k.status = 'active') AS active_tasks,
            coalesce(sum(k.paid_amount) FILTER (WHERE k.task_type = 'fixed'), 0) AS earned_amount,
            coalesce(
                sum(k.amount) FILTER (WHERE k.task_type = 'fixed' AND k.status IN ('pending', 'active', 'disputed')), 0
            ) AS pending_amount
        FROM tasks AS k
        WHERE k.worker_id = w.id
    ) AS t
CROSS JOIN
    LATERAL (
        SELECT
            coalesce(sum(m.released_amount), 0) AS released_amount,
            coalesce(sum(m.remaining_amount) FILTER (WHERE m.status IN ('active', 'paused')), 0) AS pending_amount
        FROM streams AS m
        WHERE m.worker_id = w.id
    ) AS s
CROSS JOIN
    LATERAL (
        SELECT
            coalesce(sum(n.amount) FILTER (WHERE n.tx_type = 'payout'), 0) AS payout_amount,
            coalesce(sum(n.amount) FILTER (WHERE n.tx_type = 'advance'), 0) AS advance_amount,
            coalesce(sum(n.amount) FILTER (WHERE n.tx_type = 'repayment'), 0) AS repayment_amount,
            coalesce(sum(n.amount) FILTER (WHERE n.tx_type = 'fee'), 0) AS fee_amount,
            coalesce(sum(n.amount) FILTER (WHERE n.tx_type = 'refund'), 0) AS refund_amount
        FROM transactions AS n
        WHERE n.worker_id = w.id AND n.status <> 'failed'
    ) AS x
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE o.status IN ('disbursed', 'repaying')) AS open_loans,
        coalesce(
            sum(o.total_due - o.amount_repaid) FILTER (WHERE o.status IN ('disbursed', 'repaying')), 0
        ) AS open_loan_amount,
        count(*) FILTER (WHERE o.status = 'repaid') AS repaid_loans
    FROM loans AS o
    WHERE o.worker_id = w.id
) AS l;
