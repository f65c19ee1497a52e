-- Changes a platform's own name, contact address, wallet (from which its deposits come, and which has signed that) or
-- the funds below which it is warned, USDC; what is NULL stays.
-- As owner, because no other role changes this table; it reaches the caller's own row only.
--
-- Returns: the platform
-- Raises:  GS003; platforms_contact_email_key or platforms_wallet_address_key when another platform uses it;
--          GS042 (wallet) when what the wallet has signed was not asked for, was used or is too old
-- Locks:   the platform
-- Test:    tests/functions/test_platforms.py, test_platform_wallets.py

CREATE OR REPLACE FUNCTION update_platform(
    p_name text DEFAULT NULL,
    p_contact_email text DEFAULT NULL,
    p_wallet ops.wallet_proof DEFAULT NULL,
    p_balance_low_threshold numeric DEFAULT NULL
) RETURNS platforms
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_platform_id uuid := ops.require_platform();
    v_platform platforms;
BEGIN
    IF (p_wallet).address IS NOT NULL AND NOT ops.use_wallet_proof(p_wallet, 'set_platform_wallet') THEN
        RAISE EXCEPTION 'was not asked for here, was used before or is too old'
            USING ERRCODE = 'GS042', COLUMN = 'wallet';
    END IF;

    UPDATE platforms AS p
    SET
        name = coalesce(p_name, p.name),
        contact_email = coalesce(p_contact_email, p.contact_email),
        wallet_address = coalesce((p_wallet).address, p.wallet_address)
    WHERE p.id = v_platform_id
    RETURNING p.* INTO v_platform;
    IF p_balance_low_threshold IS NOT NULL THEN
        INSERT INTO ops.balance_alerts AS b (platform_id, threshold)
        VALUES (v_platform.id, p_balance_low_threshold)
        ON CONFLICT (platform_id) DO UPDATE SET threshold = excluded.threshold;
    END IF;

    PERFORM ops.audit(
        'platform.updated', 'platform', v_platform.id,
        jsonb_build_object('fields', array_remove(ARRAY[
            CASE WHEN p_name IS NOT NULL THEN 'name' END,
            CASE WHEN p_contact_email IS NOT NULL THEN 'contact_email' END,
            CASE WHEN (p_wallet).address IS NOT NULL THEN 'wallet_address' END,
            CASE WHEN p_balance_low_threshold IS NOT NULL THEN 'balance_low_threshold' END
        ], NULL))
    );
    RETURN v_platform;
END;
$$;
