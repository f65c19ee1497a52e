-- Registers a platform with its first API key, which has all scopes, its wallet, which has signed that, and its first
-- webhook endpoint, if it names them.
--
-- Returns: the platform, and the endpoint's id
-- Raises:  GS024 when the e-mail address is taken; GS013 when the wallet address is; GS042 (wallet) when what
--          the wallet has signed was not asked for, was used or is too old
-- Cost:    O(1)
-- Test:    tests/functions/test_auth_keys.py, test_platform_wallets.py

CREATE OR REPLACE FUNCTION register_platform(
    p_name text, p_contact_email text, p_webhook_url text, p_wallet ops.wallet_proof,
    p_key_prefix text, p_key_hash bytea, p_scopes text[]
)
RETURNS TABLE (
    id uuid, name text, contact_email text, webhook_url text, wallet_address text, created_at timestamptz,
    webhook_endpoint_id uuid
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    v_id uuid;
    v_endpoint_id uuid;
BEGIN
    IF (p_wallet).address IS NOT NULL AND NOT ops.use_wallet_proof(p_wallet, 'set_platform_wallet') THEN
        RAISE EXCEPTION 'was not asked for here, was used before or is too old'
            USING ERRCODE = 'GS042', COLUMN = 'wallet';
    END IF;
    INSERT INTO platforms AS p (name, contact_email, wallet_address)
    VALUES (p_name, p_contact_email, (p_wallet).address)
    ON CONFLICT DO NOTHING
    RETURNING p.id INTO v_id;
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM platforms AS p WHERE lower(p.contact_email) = lower(p_contact_email)) THEN
            RAISE EXCEPTION 'this e-mail address is registered already'
                USING ERRCODE = 'GS024', COLUMN = 'contact_email';
        END IF;
        RAISE EXCEPTION 'this wallet address belongs to somebody else'
            USING ERRCODE = 'GS013', COLUMN = 'wallet';
    END IF;

    INSERT INTO ops.api_keys (platform_id, prefix, key_hash, scopes) VALUES (v_id, p_key_prefix, p_key_hash, p_scopes);
    IF p_webhook_url IS NOT NULL THEN
        INSERT INTO ops.webhook_endpoints AS e (platform_id, url) VALUES (v_id, p_webhook_url)
        RETURNING e.id INTO v_endpoint_id;
    END IF;
    PERFORM ops.act_as(
        'platform', v_id, current_setting('gigstream.ip', TRUE), current_setting('gigstream.user_agent', TRUE)
    );
    PERFORM ops.audit('platform.registered', 'platform', v_id);
    -- The caller is still nobody: under nobody's name the request's idempotency row was taken.
    PERFORM ops.act_as(
        NULL, NULL, current_setting('gigstream.ip', TRUE), current_setting('gigstream.user_agent', TRUE)
    );
    RETURN QUERY
    SELECT p.id, p.name, p.contact_email, p.webhook_url, p.wallet_address::text, p.created_at, v_endpoint_id
    FROM platforms AS p
    WHERE p.id = v_id;
END;
$$;
