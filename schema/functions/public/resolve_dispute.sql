-- An operator ends the dispute over a task: of what is still held for it the worker gets a share in basis points (10000
-- is all), cut to the micro-USDC, and the platform the rest; what a stream has released is the worker's already.
-- The task is completed when its whole price went to the worker, else cancelled with what it paid, and so is its
-- stream. What the worker did not get costs him up to 20 points of reputation.
--
-- Returns: the task's id and status, what the worker has been paid in all, what the platform got back, USDC
-- Raises:  GS001; GS011 when the task is not disputed; GS015 (to_worker) when that is no share
-- Locks:   the stream if there is one, the task; what its statistics touch; then the accounts
-- Cost:    O(1)
-- Test:    tests/schema/test_operator.py

CREATE OR REPLACE FUNCTION resolve_dispute(
    p_task_id uuid, p_to_worker integer, OUT id uuid, OUT status text, OUT paid numeric, OUT refunded numeric
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_stream streams;
    v_task tasks;
    v_share numeric;
BEGIN
    IF p_to_worker NOT BETWEEN 0 AND 10000 THEN
        RAISE EXCEPTION 'the share must lie between 0 and 10000 basis points'
            USING ERRCODE = 'GS015', COLUMN = 'to_worker';
    END IF;
    SELECT s.* INTO v_stream FROM streams AS s WHERE s.task_id = p_task_id FOR NO KEY UPDATE;
    SELECT t.* INTO v_task FROM tasks AS t WHERE t.id = p_task_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no task %', p_task_id USING ERRCODE = 'GS001';
    END IF;
    IF v_task.status <> 'disputed' THEN
        RAISE EXCEPTION 'the task is %, not disputed', v_task.status USING ERRCODE = 'GS011';
    END IF;

    refunded := coalesce(v_stream.remaining_amount, v_task.amount);
    v_share := 0.000001 * div(refunded * 1000000 * p_to_worker, 10000);
    refunded := refunded - v_share;
    id := p_task_id;
    paid := v_task.amount - refunded;
    status := CASE WHEN refunded = 0 THEN 'completed' ELSE 'cancelled' END;

    UPDATE streams AS s
    SET
        status = resolve_dispute.status,
        released_amount = s.released_amount + v_share,
        release_seq = s.release_seq + (v_share > 0)::integer,
        next_release_at = NULL,
        paused_at = NULL,
        cancelled_at = CASE WHEN refunded > 0 THEN clock_timestamp() END
    WHERE s.id = v_stream.id;
    UPDATE tasks AS t
    SET
        status = resolve_dispute.status,
        paid_amount = paid,
        completed_at = CASE WHEN refunded = 0 THEN clock_timestamp() END,
        cancelled_at = CASE WHEN refunded > 0 THEN clock_timestamp() END
    WHERE t.id = p_task_id;

    UPDATE ops.disputes AS d SET to_worker = p_to_worker, resolved_at = clock_timestamp() WHERE d.task_id = p_task_id;

    INSERT INTO reputation_events (worker_id, event_type, delta, reason, related_id)
    VALUES (
        v_task.worker_id, 'dispute_resolved', -div(20 * (10000 - p_to_worker), 10000),
        format('got %s %% of what was disputed', round(p_to_worker / 100.0, 2)), p_task_id
    );
    IF status = 'completed' THEN
        PERFORM finish_tasks(ARRAY[p_task_id]);
    END IF;
    PERFORM ops.audit('task.resolved', 'task', p_task_id, jsonb_build_object('to_worker', p_to_worker));
    PERFORM ops.emit(
        'task.resolved', v_task.platform_id, v_task.worker_id, 'task', p_task_id,
        jsonb_build_object(
            'to_worker', p_to_worker, 'status', status,
            'paid_amount', paid::text, 'refunded_amount', refunded::text
        )
    );
    IF v_stream.id IS NOT NULL THEN
        PERFORM ops.emit(
            'stream.' || status, v_task.platform_id, v_task.worker_id, 'stream', v_stream.id,
            jsonb_build_object('released_amount', paid::text, 'refunded_amount', refunded::text)
        );
    END IF;

    INSERT INTO ledger.transfers (
        debit_account, credit_account, amount, reason, task_id, stream_id, source_seq, event_at
    )
    SELECT
        ledger.account('platform_held', v_task.platform_id, v_task.platform_id), m.account, m.amount, m.reason,
        CASE WHEN v_stream.id IS NULL THEN p_task_id END, v_stream.id, m.seq, clock_timestamp()
    FROM (
        VALUES
        (
            ledger.account('platform_available', v_task.platform_id, v_task.platform_id), refunded, 'refund', 0
        ),
        (
            ledger.account('worker_available', v_task.worker_id, v_task.platform_id), v_share,
            CASE WHEN v_stream.id IS NULL THEN 'pay' ELSE 'release' END, coalesce(v_stream.release_seq + 1, 0)
        )
    ) AS m (account, amount, reason, seq)
    WHERE m.amount > 0;
END;
$$;
