-- Orders a report on a platform's own rows of some UTC days, the last one included.
--
-- Returns: the report, queued
-- Raises:  GS003 for a worker; GS015 (to_date) when the last day is yet to come; GS080 when ten of the platform's
--          reports are not finished
-- Locks:   the platform's orders against each other
-- Cost:    O(the platform's open reports)
-- Test:    tests/functions/test_reports.py

CREATE OR REPLACE FUNCTION order_report(
    p_kind text, p_format text, p_from_date date, p_to_date date
) RETURNS ops.reports
LANGUAGE plpgsql
AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_report ops.reports;
BEGIN
    IF p_to_date > (clock_timestamp() AT TIME ZONE 'UTC')::date THEN
        RAISE EXCEPTION 'must not be in the future' USING ERRCODE = 'GS015', COLUMN = 'to_date';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('reports of ' || v_platform_id::text, 0));
    IF (
        SELECT count(*) FROM ops.reports AS r
        WHERE r.platform_id = v_platform_id AND r.status IN ('queued', 'running')
    ) >= 10 THEN
        RAISE EXCEPTION 'ten of your reports are not finished yet' USING ERRCODE = 'GS080';
    END IF;

    INSERT INTO ops.reports (platform_id, kind, format, from_date, to_date)
    VALUES (v_platform_id, p_kind, p_format, p_from_date, p_to_date)
    RETURNING * INTO v_report;
    PERFORM ops.audit('report.ordered', 'report', v_report.id, jsonb_build_object('kind', p_kind));
    RETURN v_report;
END;
$$;
