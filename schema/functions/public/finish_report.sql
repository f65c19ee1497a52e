-- Marks a report as done, with what its file holds and for how many days that is kept. Only the latest attempt can: a
-- run whose report was taken up by another one changes nothing.
--
-- Returns: whether it was the latest
-- Locks:   the report
-- Cost:    O(1)
-- Test:    tests/jobs/test_run_reports.py

CREATE OR REPLACE FUNCTION finish_report(
    p_report_id uuid, p_attempt integer, p_rows bigint, p_bytes bigint, p_sha256 text, p_days integer
) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    v_now timestamptz := clock_timestamp();
BEGIN
    UPDATE ops.reports AS r
    SET
        status = 'done',
        leased_until = NULL,
        rows = p_rows,
        bytes = p_bytes,
        sha256 = p_sha256,
        finished_at = v_now,
        expires_at = v_now + p_days * interval '1 day'
    WHERE r.id = p_report_id AND r.status = 'running' AND r.attempts = p_attempt;
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;
    PERFORM ops.audit('report.completed', 'report', p_report_id, jsonb_build_object('rows', p_rows));
    RETURN TRUE;
END;
$$;
