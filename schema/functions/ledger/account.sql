-- The account of a kind that belongs to an owner, opened when it is first asked for; without an owner, the system's.
-- As owner, because a platform may not see every account that it pays into.
--
-- Locks:  the new row only; two openers at once get the same account
-- Cost:   one index lookup
-- Test:   tests/schema/test_ledger.py

CREATE OR REPLACE FUNCTION ledger.account(
    p_kind text, p_owner_id uuid DEFAULT NULL, p_platform_id uuid DEFAULT NULL
) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_id uuid;
BEGIN
    IF p_owner_id IS NULL THEN
        RETURN (SELECT a.id FROM ledger.accounts AS a WHERE a.owner_id IS NULL AND a.kind = p_kind);
    END IF;

    LOOP
        SELECT a.id INTO v_id
        FROM ledger.accounts AS a
        WHERE a.owner_id = p_owner_id AND a.kind = p_kind AND a.platform_id = p_platform_id;
        IF FOUND THEN
            RETURN v_id;
        END IF;

        INSERT INTO ledger.accounts (kind, owner_id, platform_id)
        VALUES (p_kind, p_owner_id, p_platform_id)
        ON CONFLICT DO NOTHING;
    END LOOP;
END;
$$;
