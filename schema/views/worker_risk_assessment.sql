-- A worker's risk for a predictive advance: 0 (will not pay back) to 1000, as the sum of its factors, each in its own
-- column.
--   reputation   0..300  the reputation score
--   completion   0..250  the completion rate
--   activity     0..150  tasks completed in the last 30 days, 15 each
--   age          0..150  account age, full after 60 days
--   repayment    0..150  loans repaid, 50 each on top of 50; 0 after a default
--   disputes  -200..0    the dispute rate
-- Eligible from 600 points, 7 days of age and 80 % completion, with no loan open and none defaulted; reasons name what
-- fails.
--
-- Cost:  filtered by worker_id, that worker's loans and tasks only
-- Test:  tests/schema/test_views.py

CREATE VIEW worker_risk_assessment WITH (security_invoker = TRUE) AS
SELECT
    f.worker_id,
    f.tasks_last_30_days,
    f.earned_last_30_days,
    f.loans_total,
    f.loans_open,
    f.loans_repaid,
    f.loans_defaulted,
    f.dispute_rate,
    f.completion_rate,
    f.account_age_days,
    f.reputation_factor,
    f.completion_factor,
    f.activity_factor,
    f.age_factor,
    f.repayment_factor,
    f.dispute_factor,
    r.risk_score,
    cardinality(e.reasons) = 0 AS eligible,
    e.reasons
FROM (
    SELECT
        w.id AS worker_id,
        w.dispute_rate,
        w.completion_rate,
        w.account_age_days,
        t.tasks_last_30_days,
        t.earned_last_30_days,
        l.loans_total,
        l.loans_open,
        l.loans_repaid,
        l.loans_defaulted,
        round(0.3 * w.reputation_score)::integer AS reputation_factor,
        round(2.5 * w.completion_rate)::integer AS completion_factor,
        least(150, 15 * t.tasks_last_30_days)::integer AS activity_factor,
        least(150, round(2.5 * w.account_age_days))::integer AS age_factor,
        CASE WHEN l.loans_defaulted > 0 THEN 0 ELSE least(150, 50 + 50 * l.loans_repaid) END::integer
            AS repayment_factor,
        (-least(200, round(4 * w.dispute_rate)))::integer AS dispute_factor
    FROM workers AS w
    CROSS JOIN
        LATERAL (
            SELECT
                count(*) AS tasks_last_30_days,
                coalesce(sum(k.paid_amount), 0) AS earned_last_30_days
            FROM tasks AS k
            WHERE k.worker_id = w.id AND k.completed_at >= now() - interval '30 days'
        ) AS t
    CROSS JOIN LATERAL (
        SELECT
            count(*) AS loans_total,
            count(*) FILTER (WHERE o.status IN ('pending', 'approved', 'disbursed', 'repaying')) AS loans_open,
            count(*) FILTER (WHERE o.status = 'repaid') AS loans_repaid,
            count(*) FILTER (WHERE o.status = 'defaulted' AND o.mode = 'predictive') AS loans_defaulted
        FROM loans AS o
        WHERE o.worker_id = w.id
    ) AS l
) AS f
CROSS JOIN
    LATERAL (
        SELECT least(1000, greatest(
            0,
            f.reputation_factor
            + f.completion_factor
            + f.activity_factor
            + f.age_factor
            + f.repayment_factor
            + f.dispute_factor
        )) AS risk_score
    ) AS r
CROSS JOIN LATERAL (
    SELECT array_remove(ARRAY[
        CASE WHEN r.risk_score < 600 THEN 'risk_score below 600' END,
        CASE WHEN f.account_age_days < 7 THEN 'account younger than 7 days' END,
        CASE WHEN f.completion_rate < 80 THEN 'completion_rate below 80' END,
        CASE WHEN f.loans_open > 0 THEN 'a loan is open' END,
        CASE WHEN f.loans_defaulted > 0 THEN 'a loan was defaulted' END
    ], NULL) AS reasons
) AS e;
