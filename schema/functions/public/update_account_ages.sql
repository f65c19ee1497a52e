-- Brings account_age_days (whole UTC days since the account was opened) up to date for the next p_limit workers after
-- an id. The daily job calls it again with the last id until no worker is left; each batch is a transaction of its own.
--
-- Returns: the last id looked at, workers looked at, workers whose age changed
-- Locks:   the workers whose age changed
-- Cost:    O(p_limit), by the primary key; a row that is right already is not written
-- Test:    tests/schema/test_account_ages.py

CREATE OR REPLACE FUNCTION update_account_ages(
    p_as_of timestamptz, p_after uuid, p_limit integer, OUT last_id uuid, OUT seen integer, OUT changed integer
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_today date := (least(p_as_of, clock_timestamp()) AT TIME ZONE 'UTC')::date;
    v_workers uuid [] := ARRAY(
        SELECT w.id FROM workers AS w WHERE w.id > p_after ORDER BY w.id LIMIT p_limit
    );
BEGIN
    seen := cardinality(v_workers);
    last_id := coalesce(v_workers[seen], p_after);

    UPDATE workers AS w
    SET account_age_days = greatest(0, v_today - (w.created_at AT TIME ZONE 'UTC')::date)
    WHERE w.id = ANY(v_workers)
        AND w.account_age_days <> greatest(0, v_today - (w.created_at AT TIME ZONE 'UTC')::date);
    GET DIAGNOSTICS changed = ROW_COUNT;
END;
$$;
