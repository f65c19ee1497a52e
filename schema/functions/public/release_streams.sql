-- Credits what the given streams have accrued and not yet released, as one set: the streams move first, then the tasks
-- of those that are finished, the money last, because accounts are the locks that most writers share.
-- The caller holds the streams' row locks; the moment is cut to the database's clock after that, so that neither a
-- clock that runs ahead nor a wait for the lock pays early.
--
-- Returns: streams with money released, and the sum in USDC
-- Locks:   finished tasks, their workers, memberships and platforms, and their streams' event counters, in id order;
--          then the accounts, in id order
-- Cost:    O(streams), however many intervals were missed
-- Test:    tests/schema/test_release.py

CREATE OR REPLACE FUNCTION release_streams(
    p_streams uuid[], p_as_of timestamptz, OUT released integer, OUT amount numeric
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_as_of timestamptz := date_trunc('second', least(p_as_of, clock_timestamp()));
    v_paid uuid [];
    v_amounts numeric [];
    v_finished uuid [];
BEGIN
    WITH due AS (
        SELECT
            s.id,
            greatest(
                0,
                stream_accrued(s.total_amount, s.anchor_amount, s.anchor_time, s.end_time, v_as_of) - s.released_amount
            ) AS amount
        FROM streams AS s
        WHERE s.id = ANY(p_streams) AND s.status = 'active'
    ),

    moved AS (
        UPDATE streams AS s
        SET
            released_amount = s.released_amount + d.amount,
            release_seq = s.release_seq + (d.amount > 0)::integer,
            next_release_at = greatest(
                s.next_release_at, next_release(s.anchor_time, s.end_time, s.release_interval, v_as_of)
            )
        FROM due AS d
        WHERE s.id = d.id
        RETURNING s.id, s.task_id, s.status, d.amount
    )

    SELECT
        coalesce(array_agg(m.id) FILTER (WHERE m.amount > 0), '{}'),
        coalesce(array_agg(m.amount) FILTER (WHERE m.amount > 0), '{}'),
        coalesce(array_agg(m.task_id ORDER BY m.task_id) FILTER (WHERE m.status = 'completed'), '{}')
    INTO v_paid, v_amounts, v_finished
    FROM moved AS m;

    IF cardinality(v_finished) > 0 THEN
        UPDATE tasks AS t
        SET status = 'completed', paid_amount = s.released_amount, completed_at = v_as_of
        FROM streams AS s
        WHERE t.id = ANY(v_finished) AND s.task_id = t.id;
        PERFORM finish_tasks(v_finished);
        INSERT INTO ops.outbox (event, platform_id, worker_id, object_type, object_id, payload)
        SELECT
            'stream.completed', s.platform_id, s.worker_id, 'stream', s.id,
            jsonb_build_object('released_amount', s.released_amount::text)
        FROM streams AS s
        WHERE s.task_id = ANY(v_finished)
        ORDER BY s.id;
    END IF;

    -- LEFT, so that an account that is not there fails the release instead of losing it.
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, stream_id, source_seq, event_at)
    SELECT held.id, pay.id, p.amount, 'release', s.id, s.release_seq, v_as_of
    FROM unnest(v_paid, v_amounts) AS p (id, amount)
    INNER JOIN streams AS s ON p.id = s.id
    LEFT JOIN ledger.accounts AS held
        ON s.platform_id = held.owner_id AND held.kind = 'platform_held' AND s.platform_id = held.platform_id
    LEFT JOIN ledger.accounts AS pay
        ON s.worker_id = pay.owner_id AND pay.kind = 'worker_available' AND s.platform_id = pay.platform_id;

    released := cardinality(v_paid);
    amount := coalesce((SELECT sum(a) FROM unnest(v_amounts) AS a), 0);
END;
$$;
