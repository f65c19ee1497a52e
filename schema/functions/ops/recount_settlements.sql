-- Recounts settlements from their payments, attempts and payouts, signers from their settlements, and what was told of
-- releases from the releases: one settlement a nonce and no gap below the next; nothing that was sent was not stored;
-- nothing is final but by one of its own hashes, unless a person said so; payouts are where their settlement is.
--
-- Returns: each figure, the row it stands in, what is stored, what the rows say, whether the same or not
-- Cost:    a full pass
-- Test:    tests/schema/test_invariants.py

CREATE OR REPLACE FUNCTION ops.recount_settlements()
RETURNS TABLE (figure text, subject uuid, stored numeric, recounted numeric)
LANGUAGE sql STABLE
AS $$
    WITH paid AS (
        SELECT
            p.settlement_id,
            count(*) AS payments,
            sum(p.amount) AS amount,
            count(p.payment_no) FILTER (
                WHERE p.payment_no BETWEEN coalesce(s.first_payment_no, 1)
                AND coalesce(s.first_payment_no, 1) + s.payments - 1
            ) AS numbered,
            count(*) FILTER (
                WHERE t.amount = p.amount AND t.to_address = p.to_address
                AND t.status = CASE
                    WHEN s.state = 'queued' THEN 'pending'
                    WHEN p.failed THEN 'failed'
                    WHEN s.state = 'final_ok' THEN 'completed'
                    WHEN s.state = 'final_reverted' THEN 'none'
                    ELSE 'processing'
                END
                AND (
                    s.state NOT IN ('final_ok', 'final_reverted')
                    OR (t.payment_no, t.tx_hash) IS NOT DISTINCT FROM (p.payment_no, s.tx_hash)
                )
            ) AS in_step
        FROM ops.settlement_payments AS p
        INNER JOIN ops.settlements AS s ON p.settlement_id = s.id
        INNER JOIN transactions AS t ON p.transaction_id = t.id
        GROUP BY p.settlement_id
    ),

    signed AS (
        SELECT
            a.settlement_id,
            count(*) AS attempts,
            count(a.broadcast_at) AS sent,
            count(*) FILTER (WHERE a.tx_hash = s.tx_hash) AS own
        FROM ops.settlement_attempts AS a
        INNER JOIN ops.settlements AS s ON a.settlement_id = s.id
        GROUP BY a.settlement_id
    ),

    settlement_figures AS (
        SELECT s.id, f.figure, f.stored, f.recounted
        FROM ops.settlements AS s
        LEFT JOIN paid AS p ON s.id = p.settlement_id
        LEFT JOIN signed AS g ON s.id = g.settlement_id
        CROSS JOIN LATERAL (
            VALUES
            ('settlements.payments', s.payments::numeric, coalesce(p.payments, 0)::numeric),
            ('settlements.amount', s.amount, coalesce(p.amount, 0)),
            (
                'settlements.first_payment_no',
                CASE WHEN s.state = 'queued' OR (s.rail = 'web3' AND s.nonce IS NULL) THEN 0 ELSE s.payments END,
                coalesce(p.numbered, 0)
            ),
            ('settlements.state of payouts', s.payments, coalesce(p.in_step, 0)),
            (
                'settlements.state with attempts',
                CASE
                    WHEN s.rail = 'circle' OR s.state IN ('queued', 'reserved') THEN 0
                    WHEN s.state = 'conflict' OR s.cleared_at IS NOT NULL THEN coalesce(g.attempts, 0)
                    ELSE greatest(1, g.attempts)
                END,
                coalesce(g.attempts, 0)
            ),
            (
                'settlements.state sent',
                CASE
                    WHEN s.rail = 'circle' OR s.state IN ('queued', 'reserved', 'signed') THEN 0
                    WHEN s.state = 'broadcast' THEN greatest(1, g.sent)
                    ELSE coalesce(g.sent, 0)
                END,
                coalesce(g.sent, 0)
            ),
            (
                'settlements.tx_hash',
                CASE
                    WHEN s.rail = 'web3' AND s.state IN ('final_ok', 'final_reverted') AND s.cleared_at IS NULL THEN 1
                    ELSE coalesce(g.own, 0)
                END,
                coalesce(g.own, 0)
            )
        ) AS f (figure, stored, recounted)
    ),

    signer_figures AS (
        SELECT f.figure, f.stored, f.recounted
        FROM ops.signers AS g
        CROSS JOIN LATERAL (
            SELECT
                count(*) FILTER (WHERE s.nonce < g.next_nonce) AS used,
                max(s.first_payment_no + s.payments) FILTER (WHERE s.contract = g.contract) AS next_payment_no
            FROM ops.settlements AS s
            WHERE s.rail = 'web3' AND s.chain_id = g.chain_id AND s.signer = g.address AND s.nonce IS NOT NULL
        ) AS n
        -- Past its own; the contract's, which another signer may have moved on since, it learns when it is opened.
        CROSS JOIN LATERAL (
            SELECT max(s.first_payment_no + s.payments) AS next_payment_no
            FROM ops.settlements AS s
            WHERE s.rail = 'web3' AND s.chain_id = g.chain_id AND s.contract = g.contract AND s.nonce IS NOT NULL
        ) AS c
        CROSS JOIN LATERAL (
            VALUES
            ('signers.next_nonce', g.next_nonce - g.first_nonce - g.skipped_nonces, n.used),
            (
                'signers.next_payment_no', g.next_payment_no,
                greatest(n.next_payment_no, least(g.next_payment_no, c.next_payment_no))
            )
        ) AS f (figure, stored, recounted)
    ),

    told_figures AS (
        SELECT t.stream_id, f.figure, f.stored, f.recounted
        FROM (
            SELECT
                r.*, coalesce(lag(r.last_seq) OVER (PARTITION BY r.stream_id ORDER BY r.first_seq), 0) AS before
            FROM ops.told_releases AS r
        ) AS t
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(x.amount), 0) AS amount
            FROM ledger.transfers AS x
            WHERE x.stream_id = t.stream_id AND x.reason = 'release' AND x.source_seq BETWEEN t.first_seq AND t.last_seq
        ) AS x
        CROSS JOIN LATERAL (
            VALUES
            ('told_releases.amount', t.amount, x.amount),
            ('told_releases.first_seq', t.first_seq, t.before + 1)
        ) AS f (figure, stored, recounted)
    )

    SELECT f.figure, f.id, f.stored::numeric, f.recounted::numeric FROM settlement_figures AS f
    UNION ALL
    SELECT f.figure, NULL, f.stored::numeric, f.recounted::numeric FROM signer_figures AS f
    UNION ALL
    SELECT f.figure, f.stream_id, f.stored::numeric, f.recounted::numeric FROM told_figures AS f
$$;
