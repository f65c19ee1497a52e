-- The platform that signed in.
--
-- Raises:  GS003 when the caller is not a platform
-- Test:    tests/schema/test_tasks.py

CREATE OR REPLACE FUNCTION ops.require_platform() RETURNS uuid
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF ops.tenant_kind() IS DISTINCT FROM 'platform' THEN
        RAISE EXCEPTION 'only a platform may do this' USING ERRCODE = 'GS003';
    END IF;
    RETURN ops.tenant();
END;
$$;
