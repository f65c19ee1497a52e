-- Notes what Circle says of a settlement: its state and what the chain took for it, or what was wrong with the answer.
-- While it is not through, Circle is asked again after 30 seconds, then after twice as long each time, ten minutes at
-- most.
--
-- Raises:  GS001 when Circle was never asked to carry it out
-- Locks:   the settlement's row of polls; then as circle_submitted
-- Cost:    O(1)
-- Test:    tests/chain/test_circle_rail.py

CREATE OR REPLACE FUNCTION note_circle_answer(
    p_id uuid, p_circle_tx_id text, p_state text, p_network_fee numeric, p_error text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    IF p_state IS NOT NULL THEN
        PERFORM circle_submitted(p_id, p_circle_tx_id, p_state);
    END IF;
    UPDATE ops.circle_polls AS c
    SET
        polls = c.polls + 1,
        due_at = clock_timestamp() + least(interval '10 minutes', interval '30 seconds' * 2 ^ least(c.polls, 10)),
        network_fee = coalesce(p_network_fee, c.network_fee),
        error = p_error,
        updated_at = clock_timestamp()
    WHERE c.settlement_id = p_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Circle was never asked for %', p_id USING ERRCODE = 'GS001';
    END IF;
END;
$$;
