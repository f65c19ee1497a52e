-- Stores what Circle has notified us of, once. As owner, because Circle is no tenant and sees nothing.
--
-- Returns: whether it is new
-- Cost:    O(1)
-- Test:    tests/functions/test_circle_webhook.py

CREATE OR REPLACE FUNCTION store_circle_notification(
    p_id uuid, p_type text, p_circle_tx_id text, p_state text, p_sent_at timestamptz
) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO ops.circle_notifications (id, notification_type, circle_tx_id, state, sent_at)
    VALUES (p_id, p_type, p_circle_tx_id, p_state, p_sent_at)
    ON CONFLICT (id) DO NOTHING;
    RETURN FOUND;
END;
$$;
