-- When the next stream is due, in the past or to come; null when none is active. It takes no parameter, so that
-- its plan is made once a session: asking whether anything is due costs little more than asking nothing.
--
-- Returns: the earliest next_release_at of the active streams
-- Cost:    O(1), by the index of ops.due_streams
-- Test:    tests/schema/test_release.py

CREATE OR REPLACE FUNCTION next_due_release() RETURNS timestamptz
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN (SELECT d.next_release_at FROM ops.due_streams AS d ORDER BY d.next_release_at LIMIT 1);
END;
$$;
