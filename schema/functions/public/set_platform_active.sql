-- An operator closes a platform, or opens it again. The keys of a closed one are refused; what it has promised goes on:
-- its streams accrue and are released, and its workers are paid out.
--
-- Returns: the platform's id, name and state
-- Raises:  GS001; GS011 when it is so already
-- Locks:   the platform
-- Cost:    O(1)
-- Test:    tests/schema/test_operator.py

CREATE OR REPLACE FUNCTION set_platform_active(
    p_platform_id uuid, p_is_active boolean, OUT id uuid, OUT name text, OUT is_active boolean
)
LANGUAGE plpgsql
AS $$
BEGIN
    SELECT p.id, p.name, p.is_active INTO id, name, is_active
    FROM platforms AS p WHERE p.id = p_platform_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no platform %', p_platform_id USING ERRCODE = 'GS001';
    END IF;
    IF is_active = p_is_active THEN
        RAISE EXCEPTION 'the platform is % already', CASE WHEN is_active THEN 'active' ELSE 'deactivated' END
            USING ERRCODE = 'GS011';
    END IF;

    UPDATE platforms AS p SET is_active = p_is_active WHERE p.id = p_platform_id;
    is_active := p_is_active;
    PERFORM ops.audit(
        CASE WHEN is_active THEN 'platform.activated' ELSE 'platform.deactivated' END, 'platform', p_platform_id
    );
END;
$$;
