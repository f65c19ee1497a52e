-- Refuses to hand on scopes that the caller's own key lacks.
--
-- Raises:  GS040 (scopes) naming those
-- Test:    tests/functions/test_api_keys.py

CREATE OR REPLACE FUNCTION ops.hand_on_scopes(p_scopes text[]) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_lacking text := ops.lacking_scopes(p_scopes);
BEGIN
    IF v_lacking IS NOT NULL THEN
        RAISE EXCEPTION 'your own key does not hold %', v_lacking USING ERRCODE = 'GS040', COLUMN = 'scopes';
    END IF;
END;
$$;
