-- Keeps what a comparison of custody with the books has found: a break that is open already stays so, a new one is
-- opened, and one that was not found again is closed. Runs take turns on the cursor, and one that looked at an earlier
-- block than the last keeps nothing.
-- As owner, because no role writes these tables.
--
-- p_unmatched: hashes of the transactions to compare again
-- p_breaks: [{kind, subject, tx_hash, chain_amount, book_amount}], amounts as text, USDC
-- Returns: the run's id, how many breaks it opened and closed; nothing when it came too late
-- Raises:  GS001 when custody was never indexed
-- Locks:   the cursor
-- Cost:    O(breaks)
-- Test:    tests/jobs/test_reconcile_chain.py

CREATE OR REPLACE FUNCTION record_reconciliation(
    p_chain_id bigint,
    p_custody text,
    p_block bigint,
    p_block_hash text,
    p_chain_custody numeric,
    p_book_custody numeric,
    p_in_flight numeric,
    p_made_up numeric,
    p_unmatched text [],
    p_breaks jsonb
) RETURNS TABLE (id uuid, opened integer, closed integer)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_id uuid;
    v_opened integer;
    v_closed integer;
BEGIN
    PERFORM FROM ops.chain_cursors AS c
    WHERE c.chain_id = p_chain_id AND c.custody = p_custody
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'custody % was never indexed', p_custody USING ERRCODE = 'GS001';
    END IF;
    IF EXISTS (
        SELECT FROM ops.reconciliations AS r
        WHERE r.chain_id = p_chain_id AND r.custody = p_custody AND r.block > p_block
    ) THEN
        RETURN;
    END IF;

    INSERT INTO ops.reconciliations AS r (
        chain_id, custody, block, block_hash, chain_custody, book_custody, in_flight, made_up, breaks, unmatched
    )
    VALUES (
        p_chain_id, p_custody, p_block, p_block_hash, p_chain_custody, p_book_custody, p_in_flight, p_made_up,
        jsonb_array_length(p_breaks), p_unmatched
    )
    RETURNING r.id INTO v_id;

    UPDATE ops.chain_breaks AS b
    SET closed_by = v_id
    WHERE b.chain_id = p_chain_id AND b.custody = p_custody AND b.closed_by IS NULL
        AND NOT EXISTS (
            SELECT FROM jsonb_to_recordset(p_breaks) AS f (
                kind text, subject text, chain_amount numeric, book_amount numeric
            )
            WHERE (f.kind, f.subject, f.chain_amount, f.book_amount)
                = (b.kind, b.subject, b.chain_amount, b.book_amount)
        );
    GET DIAGNOSTICS v_closed = ROW_COUNT;

    INSERT INTO ops.chain_breaks (found_by, chain_id, custody, kind, subject, tx_hash, chain_amount, book_amount)
    SELECT v_id, p_chain_id, p_custody, f.kind, f.subject, f.tx_hash, f.chain_amount, f.book_amount
    FROM jsonb_to_recordset(p_breaks) AS f (
        kind text, subject text, tx_hash text, chain_amount numeric, book_amount numeric
    )
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_opened = ROW_COUNT;
    RETURN QUERY SELECT v_id, v_opened, v_closed;
END;
$$;
