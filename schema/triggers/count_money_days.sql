-- Keeps ops.earning_days and ops.payout_days equal to a recount of the transfers: what a platform's workers were
-- credited on each UTC day, the part of it that streams released, and how many workers that were; and what was settled
-- for it. After the balances have moved, so that nobody waits here: who writes a platform's earnings holds its held
-- account, who writes its payouts holds custody.
--
-- On:     ledger.transfers, after insert, each statement
-- Locks:  the days, in key order, each under its account's lock
-- Cost:   O(rows posted), one row a platform and day, and one a worker on the first of his credits on a day; plans as
--         in ledger.apply_transfers
-- Test:   tests/schema/test_days.py

CREATE OR REPLACE FUNCTION ops.count_money_days() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ops, pg_temp
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    IF EXISTS (SELECT FROM posted AS x WHERE x.reason = 'settle') THEN
        INSERT INTO ops.payout_days AS d (platform_id, day, paid_out)
        SELECT a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date, sum(x.amount)
        FROM posted AS x
        INNER JOIN ledger.accounts AS a ON x.debit_account = a.id
        WHERE x.reason = 'settle'
        GROUP BY a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date
        ORDER BY a.platform_id, (x.created_at AT TIME ZONE 'UTC')::date
        ON CONFLICT (platform_id, day) DO UPDATE SET paid_out = d.paid_out + excluded.paid_out;
    END IF;

    IF NOT EXISTS (SELECT FROM posted AS x WHERE x.reason IN ('pay', 'release')) THEN
        RETURN NULL;
    END IF;

    WITH credited AS (
        SELECT
            a.platform_id, a.owner_id AS worker_id, (x.created_at AT TIME ZONE 'UTC')::date AS day,
            sum(x.amount) AS earned,
            coalesce(sum(x.amount) FILTER (WHERE x.reason = 'release'), 0) AS released
        FROM posted AS x
        INNER JOIN ledger.accounts AS a ON x.credit_account = a.id
        WHERE x.reason IN ('pay', 'release')
        GROUP BY a.platform_id, a.owner_id, (x.created_at AT TIME ZONE 'UTC')::date
    ),

    first_paid AS (
        INSERT INTO ops.paid_workers (platform_id, day, worker_id)
        SELECT c.platform_id, c.day, c.worker_id
        FROM credited AS c
        ON CONFLICT DO NOTHING
        RETURNING platform_id, day, worker_id
    )

    INSERT INTO ops.earning_days AS d (platform_id, day, earned, released, workers)
    SELECT e.platform_id, e.day, sum(e.earned), sum(e.released), sum(e.workers)
    FROM (
        SELECT c.platform_id, c.day, c.earned, c.released, 0 AS workers FROM credited AS c
        UNION ALL
        SELECT f.platform_id, f.day, 0, 0, 1 FROM first_paid AS f
    ) AS e
    GROUP BY e.platform_id, e.day
    ORDER BY e.platform_id, e.day
    ON CONFLICT (platform_id, day) DO UPDATE
    SET
        earned = d.earned + excluded.earned,
        released = d.released + excluded.released,
        workers = d.workers + excluded.workers;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER _510_money_days
AFTER INSERT ON ledger.transfers
REFERENCING NEW TABLE AS posted
FOR EACH STATEMENT EXECUTE FUNCTION ops.count_money_days();
