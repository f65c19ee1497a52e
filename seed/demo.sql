-- Demo data: ten workers, five platforms, and a month of work between them, paid out and in the books.
--
-- Deterministic: fixed ids, and dates counted from the day of the first load. Insert-only, and every statement draws on
-- seed_day, which is empty once the data is there: loading it again changes nothing. The rows go through the same
-- triggers as production's, so every figure of a worker or platform below is theirs, and ops.check_invariants() stays
-- empty. Everybody signs in with the password demo123.
-- Test: tests/schema/test_seed.py

CREATE TEMPORARY TABLE seed_day ON COMMIT DROP AS
SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS day
WHERE NOT EXISTS (
    SELECT FROM platforms
    WHERE id = '00000000-0002-7000-8000-000000000001'
);

-- -------------------------------------------------------------------------------------------------------------- people

CREATE TEMPORARY TABLE seed_workers (n, name, score, age, wallet) ON COMMIT DROP AS
VALUES
(1, 'Alice', 920, 180, '0xccc7d906796A4175f9e0d9199a50e3eCaf6C8247'),
(2, 'Bob', 850, 150, '0xDefBD026fE35a238a4497b76E9A46CB2E9Ce55F4'),
(3, 'Charlie', 780, 120, '0xaF87a13731760eb2aD019C4b7B750381f8824B84'),
(4, 'Diana', 890, 160, '0x5bedC7990EC6a7E669733A22bEB2366b1764bd01'),
(5, 'Eve', 720, 90, '0xc4e63f1271153ab0907b997c82D9135cb41cB8e8'),
(6, 'Frank', 650, 60, '0xD2C7Ae09879c46A22621Eefe90B01A0c259E582f'),
(7, 'Grace', 810, 110, '0x62C3f21A92110B2228910DF933bfd4BfC0a5A1b2'),
(8, 'Henry', 600, 45, '0x5f44c540C1C7A30149BFd1B6CD38d00c80d3834E'),
(9, 'Iris', 760, 75, '0x20B1F1590Df488a6747fE0c64f70A74F4c0332B9'),
(10, 'Jack', 550, 14, '0xb42339975C30C5364116e19f3e528721a60Fb310');

CREATE TEMPORARY TABLE seed_platforms (n, name, deposit, wallet) ON COMMIT DROP AS
VALUES
(1, 'QuickTask', 5000.00, '0x6585aDd232f041E6A6a1Ae6BD0a04F2c8c4d5Fd2'),
(2, 'DeliveryHub', 4000.00, '0x60B8996E9736EA9f464Cf4EE868400B9f386Ae68'),
(3, 'FieldOps', 3000.00, '0x6B0530031D69011B3C59C9753DE5B60ef038E123'),
(4, 'MicroGigs', 2000.00, '0x10DD284C0a3725FbCD88d9Da6389a3A1E526331e'),
(5, 'TaskRunner', 1500.00, '0x3C804bCc3Bdc6d73B65f6ceea448580A32E876B7');

-- Days count back from the day of the load; payout is what went to the worker's wallet, net of an advance's fee.
CREATE TEMPORARY TABLE seed_tasks
(n, platform, worker, task_type, amount, status, rating, created, completed, payout, title) ON COMMIT DROP AS
VALUES
(1, 1, 1, 'fixed', 120.00, 'completed', 5, 25, 24, 120.00, 'Assemble a wardrobe'),
(2, 2, 2, 'fixed', 85.50, 'completed', 4, 24, 23, 85.50, 'Deliver 30 parcels'),
(3, 3, 3, 'fixed', 240.00, 'completed', 5, 22, 20, 240.00, 'Survey of a building site'),
(4, 4, 4, 'fixed', 45.25, 'completed', 5, 21, 20, 45.25, 'Label 500 pictures'),
(5, 5, 5, 'fixed', 60.00, 'completed', 3, 20, 19, 60.00, 'Clean an office'),
(6, 1, 6, 'fixed', 75.75, 'completed', 4, 18, 17, 75.75, 'Mount a television'),
(7, 2, 7, 'fixed', 150.00, 'completed', 5, 16, 15, 150.00, 'Night delivery tour'),
(8, 3, 8, 'fixed', 32.10, 'completed', NULL, 14, 13, 32.10, 'Read 20 meters'),
(9, 1, 1, 'streaming', 96.00, 'completed', 5, 13, 12, 95.00, 'Eight hours of garden work'),
(10, 4, 9, 'streaming', 64.00, 'completed', 4, 11, 10, 64.00, 'Moderation shift'),
(11, 2, 4, 'streaming', 180.00, 'completed', 5, 9, 8, 179.20, 'Dispatch shift'),
(12, 3, 3, 'fixed', 90.00, 'active', NULL, 3, NULL, NULL, 'Inspect a roof'),
(13, 5, 10, 'fixed', 55.00, 'active', NULL, 2, NULL, NULL, 'Wash five windows'),
(14, 1, 2, 'streaming', 480.00, 'active', NULL, 1, NULL, NULL, 'A week at the help desk'),
(15, 2, 5, 'streaming', 720.00, 'active', NULL, 1, NULL, NULL, 'A week of deliveries'),
(16, 3, 7, 'streaming', 360.00, 'active', NULL, 1, NULL, NULL, 'Site watch'),
(17, 4, 1, 'streaming', 86.40, 'active', NULL, 1, NULL, NULL, 'Translation on call'),
(18, 5, 9, 'streaming', 36.00, 'active', NULL, 1, NULL, NULL, 'Reception desk'),
(19, 4, 8, 'fixed', 25.00, 'pending', NULL, 1, NULL, NULL, 'Transcribe an interview'),
(20, 5, 6, 'fixed', 40.00, 'pending', NULL, 1, NULL, NULL, 'Walk four dogs');

CREATE TEMPORARY TABLE seed_loans (n, platform, worker, amount, fee, repaid, status, disbursed) ON COMMIT DROP AS
VALUES
(1, 1, 1, 50.00, 1.00, 51.00, 'repaid', 20),
(2, 2, 4, 40.00, 0.80, 40.80, 'repaid', 16),
(3, 2, 7, 60.00, 1.20, 30.00, 'repaying', 14),
(4, 3, 3, 100.00, 2.00, 45.00, 'repaying', 12),
(5, 1, 2, 25.00, 0.50, 0.00, 'disbursed', 1);

CREATE FUNCTION pg_temp.seed_id(p_table integer, p_n integer) RETURNS uuid
LANGUAGE sql IMMUTABLE
RETURN format('00000000-%s-7000-8000-%s', lpad(p_table::text, 4, '0'), lpad(p_n::text, 12, '0'))::uuid;

INSERT INTO platforms (id, name, contact_email, wallet_address, created_at)
SELECT
    pg_temp.seed_id(2, p.n),
    p.name,
    lower(p.name) || '@example.com',
    p.wallet,
    d.day - interval '200 days'
FROM seed_day AS d CROSS JOIN seed_platforms AS p
ORDER BY p.n;

-- The score to begin with is what the events below leave of the one that the worker shall have.
INSERT INTO workers (
    id, name, email, password_hash, wallet_address, reputation_score, account_age_days, created_at
)
SELECT
    pg_temp.seed_id(1, w.n),
    w.name,
    lower(w.name) || '@example.com',
    '$argon2id$v=19$m=19456,t=2,p=1$P+oxDmp9X19D27//WlSCBg$WG/6sap0/z3PhLInq9kbOPUqC9k/RlhasuZbWK08swU',
    w.wallet,
    w.score - coalesce((
        SELECT sum(5 + coalesce(5 * (t.rating - 3), 0)) FROM seed_tasks AS t
        WHERE t.worker = w.n AND t.status = 'completed'
    ), 0),
    w.age,
    d.day - w.age * interval '1 day'
FROM seed_day AS d CROSS JOIN seed_workers AS w
ORDER BY w.n;

INSERT INTO ops.memberships (platform_id, worker_id, created_at)
SELECT DISTINCT
    pg_temp.seed_id(2, t.platform),
    pg_temp.seed_id(1, t.worker),
    d.day - interval '30 days'
FROM seed_day AS d CROSS JOIN seed_tasks AS t;

INSERT INTO ledger.accounts (kind, owner_id, platform_id)
SELECT
    k.kind,
    pg_temp.seed_id(2, p.n),
    pg_temp.seed_id(2, p.n)
FROM seed_day
CROSS JOIN seed_platforms AS p
CROSS JOIN (VALUES ('platform_available'), ('platform_held')) AS k (kind)
UNION ALL
SELECT DISTINCT
    k.kind,
    pg_temp.seed_id(1, t.worker),
    pg_temp.seed_id(2, t.platform)
FROM seed_day
CROSS JOIN seed_tasks AS t
CROSS JOIN (VALUES ('worker_available'), ('worker_settling'), ('worker_advance')) AS k (kind);

-- --------------------------------------------------------------------------------------------------------------- money

-- Each platform's deposit, and the sixth that funds the advance pool.
INSERT INTO ops.deposits (id, platform_id, amount, created_at)
SELECT
    pg_temp.seed_id(8, p.n),
    pg_temp.seed_id(2, p.n),
    p.deposit,
    d.day - interval '30 days'
FROM seed_day AS d CROSS JOIN seed_platforms AS p
UNION ALL
SELECT
    pg_temp.seed_id(8, 6),
    NULL,
    1000,
    d.day - interval '30 days'
FROM seed_day AS d;

INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, deposit_id, event_at)
SELECT
    ledger.account('custody'),
    coalesce(ledger.account('platform_available', e.platform_id, e.platform_id), ledger.account('advance_pool')),
    e.amount,
    'deposit',
    e.id,
    e.created_at
FROM seed_day CROSS JOIN ops.deposits AS e
WHERE e.id BETWEEN pg_temp.seed_id(8, 1) AND pg_temp.seed_id(8, 6);

-- --------------------------------------------------------------------------------------------------------------- tasks

INSERT INTO tasks (
    id, platform_id, worker_id, task_type, amount, paid_amount, status, title, rating,
    scheduled_at, started_at, completed_at, created_at
)
SELECT
    pg_temp.seed_id(3, t.n),
    pg_temp.seed_id(2, t.platform),
    pg_temp.seed_id(1, t.worker),
    t.task_type,
    t.amount,
    CASE t.status WHEN 'completed' THEN t.amount ELSE 0 END,
    t.status,
    t.title,
    t.rating,
    d.day - t.created * interval '1 day',
    CASE WHEN t.status <> 'pending' THEN d.day - t.created * interval '1 day' + interval '1 hour' END,
    d.day - t.completed * interval '1 day',
    d.day - t.created * interval '1 day'
FROM seed_day AS d CROSS JOIN seed_tasks AS t
ORDER BY t.n;

INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, task_id, event_at)
SELECT
    ledger.account('platform_available', t.platform_id, t.platform_id),
    ledger.account('platform_held', t.platform_id, t.platform_id),
    t.amount,
    'hold',
    t.id,
    t.created_at
FROM seed_day CROSS JOIN tasks AS t
WHERE t.id BETWEEN pg_temp.seed_id(3, 1) AND pg_temp.seed_id(3, 20)
UNION ALL
SELECT
    ledger.account('platform_held', t.platform_id, t.platform_id),
    ledger.account('worker_available', t.worker_id, t.platform_id),
    t.amount,
    'pay',
    t.id,
    t.completed_at
FROM seed_day CROSS JOIN tasks AS t
WHERE
    t.id BETWEEN pg_temp.seed_id(3, 1) AND pg_temp.seed_id(3, 20)
    AND t.task_type = 'fixed' AND t.status = 'completed';

-- A completed stream ran until its task was completed; the others run from the noon before the load for six days and
-- were released up to midnight, so that the first tick has something to catch up.
INSERT INTO streams (
    id,
    task_id,
    start_time,
    end_time,
    total_amount,
    released_amount,
    anchor_time,
    release_seq,
    next_release_at,
    created_at
)
SELECT
    pg_temp.seed_id(4, row_number() OVER (ORDER BY r.id)::integer),
    r.id,
    r.start_time,
    r.end_time,
    r.amount,
    stream_accrued(r.amount, 0, r.start_time, r.end_time, r.day),
    r.start_time AS anchor_time,
    1,
    r.day + interval '1 hour',
    r.created_at
FROM (
    SELECT
        t.id,
        t.amount,
        t.created_at,
        d.day,
        coalesce(t.completed_at - interval '8 hours', d.day - interval '12 hours') AS start_time,
        coalesce(t.completed_at, d.day + interval '5 days 12 hours') AS end_time
    FROM seed_day AS d CROSS JOIN tasks AS t
    WHERE t.id BETWEEN pg_temp.seed_id(3, 1) AND pg_temp.seed_id(3, 20) AND t.task_type = 'streaming'
) AS r;

INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, stream_id, source_seq, event_at)
SELECT
    ledger.account('platform_held', s.platform_id, s.platform_id),
    ledger.account('worker_available', s.worker_id, s.platform_id),
    s.released_amount,
    'release',
    s.id,
    s.release_seq,
    least(s.end_time, d.day)
FROM seed_day AS d CROSS JOIN streams AS s
WHERE s.id BETWEEN pg_temp.seed_id(4, 1) AND pg_temp.seed_id(4, 8);

INSERT INTO reputation_events (
    id, worker_id, event_type, delta, previous_score, new_score, reason, related_id, created_at
)
SELECT
    pg_temp.seed_id(7, row_number() OVER (ORDER BY e.created_at, e.related_id)::integer),
    e.worker_id,
    e.event_type,
    e.delta,
    0,
    0,
    e.reason,
    e.related_id,
    e.created_at
FROM (
    SELECT
        t.worker_id,
        'task_completed' AS event_type,
        5 AS delta,
        'task completed' AS reason,
        t.id AS related_id,
        t.completed_at AS created_at
    FROM seed_day CROSS JOIN tasks AS t
    WHERE t.id BETWEEN pg_temp.seed_id(3, 1) AND pg_temp.seed_id(3, 20) AND t.status = 'completed'
    UNION ALL
    SELECT
        t.worker_id,
        'rating_received',
        5 * (t.rating - 3),
        format('rated %s of 5', t.rating),
        t.id,
        t.completed_at + interval '1 hour'
    FROM seed_day CROSS JOIN tasks AS t
    WHERE t.id BETWEEN pg_temp.seed_id(3, 1) AND pg_temp.seed_id(3, 20) AND t.rating IS NOT NULL
) AS e
ORDER BY e.created_at, e.related_id;

-- --------------------------------------------------------------------------------------------------------------- loans

INSERT INTO loans (
    id,
    worker_id,
    platform_id,
    amount,
    fee,
    total_due,
    amount_repaid,
    status,
    disbursed_at,
    repaid_at,
    created_at
)
SELECT
    pg_temp.seed_id(5, l.n),
    pg_temp.seed_id(1, l.worker),
    pg_temp.seed_id(2, l.platform),
    l.amount,
    l.fee,
    l.amount + l.fee,
    l.repaid,
    l.status,
    d.day - l.disbursed * interval '1 day',
    CASE l.status WHEN 'repaid' THEN d.day - interval '7 days' END,
    d.day - l.disbursed * interval '1 day'
FROM seed_day AS d CROSS JOIN seed_loans AS l
ORDER BY l.n;

-- The pool pays an advance out; repayments gather on the worker's advance account until it is whole, and then go back
-- to the pool, the fee to fees.
INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, loan_id, event_at)
SELECT
    m.debit_account,
    m.credit_account,
    m.amount,
    m.reason,
    l.id,
    m.event_at
FROM seed_day AS d
CROSS JOIN loans AS l
CROSS JOIN
    LATERAL (
        VALUES
        (
            ledger.account('advance_pool'), ledger.account('worker_available', l.worker_id, l.platform_id),
            l.amount, 'advance', l.disbursed_at, TRUE
        ),
        (
            ledger.account('worker_available', l.worker_id, l.platform_id),
            ledger.account('worker_advance', l.worker_id, l.platform_id),
            l.amount_repaid, 'repay', d.day - interval '7 days', l.amount_repaid > 0
        ),
        (
            ledger.account('worker_advance', l.worker_id, l.platform_id), ledger.account('advance_pool'),
            l.amount, 'recover', l.repaid_at, l.status = 'repaid'
        ),
        (
            ledger.account('worker_advance', l.worker_id, l.platform_id), ledger.account('fees'),
            l.fee, 'fee', l.repaid_at, l.status = 'repaid'
        )
    ) AS m (debit_account, credit_account, amount, reason, event_at, happened)
WHERE l.id BETWEEN pg_temp.seed_id(5, 1) AND pg_temp.seed_id(5, 5) AND m.happened;

-- ------------------------------------------------------------------------------------------------------------- payouts

INSERT INTO transactions (
    id, worker_id, platform_id, task_id, tx_type, amount, status, tx_hash, payment_no, from_address, to_address,
    blockchain_confirmations, processed_at, created_at
)
SELECT
    pg_temp.seed_id(6, t.n),
    pg_temp.seed_id(1, t.worker),
    pg_temp.seed_id(2, t.platform),
    pg_temp.seed_id(3, t.n),
    'payout',
    t.payout,
    'completed',
    '0x' || encode(sha256(format('payout %s', t.n)::bytea), 'hex'),
    t.n,
    '0x83eED8a9AB067CD0bd272dc63B37265AFF7968F0',
    w.wallet,
    1,
    d.day - t.completed * interval '1 day' + interval '2 minutes',
    d.day - t.completed * interval '1 day' + interval '1 minute'
FROM seed_day AS d
CROSS JOIN seed_tasks AS t
INNER JOIN seed_workers AS w ON t.worker = w.n
WHERE t.status = 'completed'
ORDER BY t.n;

INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, transaction_id, event_at)
SELECT
    ledger.account('worker_available', x.worker_id, x.platform_id),
    ledger.account('worker_settling', x.worker_id, x.platform_id),
    x.amount,
    'payout',
    x.id,
    x.created_at
FROM seed_day CROSS JOIN transactions AS x
WHERE x.id BETWEEN pg_temp.seed_id(6, 1) AND pg_temp.seed_id(6, 20)
UNION ALL
SELECT
    ledger.account('worker_settling', x.worker_id, x.platform_id),
    ledger.account('custody'),
    x.amount,
    'settle',
    x.id,
    x.processed_at
FROM seed_day CROSS JOIN transactions AS x
WHERE x.id BETWEEN pg_temp.seed_id(6, 1) AND pg_temp.seed_id(6, 20);

UPDATE ledger.accounts AS a
SET paid_out_at = p.paid_out_at
FROM (
    SELECT
        x.worker_id,
        x.platform_id,
        max(x.created_at) AS paid_out_at
    FROM seed_day CROSS JOIN transactions AS x
    WHERE x.id BETWEEN pg_temp.seed_id(6, 1) AND pg_temp.seed_id(6, 20)
    GROUP BY x.worker_id, x.platform_id
) AS p
WHERE a.owner_id = p.worker_id AND a.platform_id = p.platform_id AND a.kind = 'worker_available';

-- ------------------------------------------------------------------------------------------------------------- history

SELECT ops.audit('task.completed', 'task', t.id)
FROM seed_day CROSS JOIN tasks AS t
WHERE t.id BETWEEN pg_temp.seed_id(3, 1) AND pg_temp.seed_id(3, 20) AND t.status = 'completed'
ORDER BY t.id;

SELECT ops.audit('stream.started', 'stream', s.id)
FROM seed_day CROSS JOIN streams AS s
WHERE s.id BETWEEN pg_temp.seed_id(4, 1) AND pg_temp.seed_id(4, 8)
ORDER BY s.id;

SELECT ops.audit('payout.completed', 'transaction', x.id)
FROM seed_day CROSS JOIN transactions AS x
WHERE x.id BETWEEN pg_temp.seed_id(6, 1) AND pg_temp.seed_id(6, 20)
ORDER BY x.id;
