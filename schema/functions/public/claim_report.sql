-- Takes the oldest report that waits, or whose run has outlived its lease, for so many seconds. What has failed three
-- times is given up instead.
--
-- Returns: the report, running; no row when none waits
-- Locks:   the report, skipping those that somebody else is taking
-- Cost:    O(1), by the partial index on open reports
-- Test:    tests/jobs/test_run_reports.py

CREATE OR REPLACE FUNCTION claim_report(p_seconds integer) RETURNS SETOF ops.reports
LANGUAGE plpgsql
AS $$
DECLARE
    v_id uuid;
BEGIN
    LOOP
        SELECT r.id INTO v_id
        FROM ops.reports AS r
        WHERE r.status IN ('queued', 'running')
            AND (r.leased_until IS NULL OR r.leased_until < clock_timestamp())
        ORDER BY r.id
        LIMIT 1
        FOR NO KEY UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN;
        END IF;

        RETURN QUERY
        UPDATE ops.reports AS r
        SET
            status = 'running',
            attempts = r.attempts + 1,
            leased_until = clock_timestamp() + p_seconds * interval '1 second'
        WHERE r.id = v_id AND r.attempts < 3
        RETURNING r.*;
        EXIT WHEN FOUND;

        UPDATE ops.reports AS r
        SET status = 'failed', leased_until = NULL, finished_at = clock_timestamp()
        WHERE r.id = v_id;
        PERFORM ops.audit('report.failed', 'report', v_id);
    END LOOP;
END;
$$;
