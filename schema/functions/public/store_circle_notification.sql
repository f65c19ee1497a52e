-- Stores what Circle has notified us of, once, and makes the next poll look at the settlement that it is about: by
-- Circle's id of it, or by ours, p_reference, when the answer with Circle's id was lost. That is all that it does: what
-- is true, the poll asks. As owner, because Circle is no tenant and sees nothing.
--
-- Returns: whether it is new
-- Locks:   the settlement's row of polls
-- Cost:    O(1)
-- Test:    tests/functions/test_circle_webhook.py, tests/chain/test_circle_rail.py

CREATE OR REPLACE FUNCTION store_circle_notification(
    p_id uuid, p_type text, p_circle_tx_id text, p_reference uuid, p_state text, p_sent_at timestamptz
) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO ops.circle_notifications (id, notification_type, circle_tx_id, state, sent_at)
    VALUES (p_id, p_type, p_circle_tx_id, p_state, p_sent_at)
    ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;

    UPDATE ops.circle_polls AS c
    SET due_at = clock_timestamp()
    WHERE c.settlement_id IN (
        p_reference, (SELECT s.id FROM ops.settlements AS s WHERE s.circle_tx_id = p_circle_tx_id)
    );
    RETURN TRUE;
END;
$$;
