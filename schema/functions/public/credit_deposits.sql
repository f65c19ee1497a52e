-- Credits the deposits of a stretch of blocks and moves the cursor to its end, in one transaction: a run that dies
-- leaves both as they were, and of two runs at once one finds the cursor moved and credits nothing. A log that was
-- credited before is passed over, wherever the cursor stands. What a platform sends from its wallet is its own, closed
-- or not; all else waits in suspense. The zero address, from which new coins come, and custody itself are nobody's.
-- As owner, because no role writes a deposit.
--
-- p_logs: [{tx_hash, log_index, block_number, from_address, amount}], amounts as text, USDC
-- Returns: how many were credited, and how many of them are in suspense; nothing when the cursor is not at p_seen
-- Raises:  GS095 when the stretch does not lie behind the cursor
-- Locks:   the cursor; then custody and the accounts credited
-- Cost:    O(logs)
-- Test:    tests/jobs/test_index_deposits.py

CREATE OR REPLACE FUNCTION credit_deposits(
    p_chain_id bigint, p_custody text, p_seen bigint, p_block bigint, p_logs jsonb
) RETURNS TABLE (credited integer, suspended integer)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_deposits uuid [];
BEGIN
    IF p_block < p_seen OR EXISTS (
        SELECT FROM jsonb_to_recordset(p_logs) AS l (block_number bigint) WHERE l.block_number > p_block
    ) THEN
        RAISE EXCEPTION 'the cursor cannot go from % to % with these logs', p_seen, p_block USING ERRCODE = 'GS095';
    END IF;

    INSERT INTO ops.chain_cursors AS c (chain_id, custody, block)
    VALUES (p_chain_id, p_custody, p_seen)
    ON CONFLICT DO NOTHING;
    UPDATE ops.chain_cursors AS c
    SET block = p_block, updated_at = clock_timestamp()
    WHERE c.chain_id = p_chain_id AND c.custody = p_custody AND c.block = p_seen;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    WITH added AS (
        INSERT INTO ops.deposits AS d (
            platform_id, amount, tx_hash, log_index, chain_id, block_number, from_address, to_address, in_suspense
        )
        SELECT
            p.id, l.amount, l.tx_hash, l.log_index, p_chain_id, l.block_number, l.from_address, p_custody, p.id IS NULL
        FROM jsonb_to_recordset(p_logs) AS l (
            tx_hash text, log_index integer, block_number bigint, from_address text, amount numeric
        )
        LEFT JOIN platforms AS p
            ON lower(l.from_address) = lower(p.wallet_address)
            AND lower(l.from_address) NOT IN (lower(p_custody), '0x0000000000000000000000000000000000000000')
        ORDER BY l.block_number, l.log_index
        ON CONFLICT (tx_hash, log_index) DO NOTHING
        RETURNING d.id
    )

    SELECT coalesce(array_agg(a.id), '{}') INTO v_deposits FROM added AS a;

    PERFORM ops.audit(
        CASE WHEN d.in_suspense THEN 'deposit.suspended' ELSE 'platform.deposited' END,
        CASE WHEN d.in_suspense THEN 'deposit' ELSE 'platform' END,
        CASE WHEN d.in_suspense THEN d.id ELSE d.platform_id END,
        jsonb_build_object('deposit_id', d.id, 'tx_hash', d.tx_hash)
    )
    FROM ops.deposits AS d
    WHERE d.id = ANY(v_deposits);
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, deposit_id, event_at)
    SELECT
        ledger.account('custody'),
        CASE
            WHEN d.in_suspense THEN ledger.account('suspense')
            ELSE ledger.account('platform_available', d.platform_id, d.platform_id)
        END,
        d.amount, 'deposit', d.id, clock_timestamp()
    FROM ops.deposits AS d
    WHERE d.id = ANY(v_deposits)
    ORDER BY d.id;
    RETURN QUERY
    SELECT count(*)::integer, (count(*) FILTER (WHERE d.in_suspense))::integer
    FROM ops.deposits AS d
    WHERE d.id = ANY(v_deposits);
END;
$$;
