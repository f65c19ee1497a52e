-- Whether the calling platform's workers may have advances on what they are predicted to earn with it, and what share
-- of that, in percent; what is NULL stays. Advances that were paid out keep their terms.
--
-- Returns: the terms
-- Raises:  GS003 when the caller is not a platform
-- Locks:   the terms
-- Cost:    O(1)
-- Test:    tests/functions/test_loans.py

CREATE OR REPLACE FUNCTION set_advance_terms(
    p_enabled boolean DEFAULT NULL, p_share_percent integer DEFAULT NULL
) RETURNS ops.advance_terms
LANGUAGE plpgsql
AS $$
DECLARE
    v_terms ops.advance_terms;
BEGIN
    INSERT INTO ops.advance_terms AS t (platform_id, enabled, share_percent)
    VALUES (ops.require_platform(), coalesce(p_enabled, FALSE), coalesce(p_share_percent, 50))
    ON CONFLICT (platform_id) DO UPDATE
    SET
        enabled = coalesce(p_enabled, t.enabled),
        share_percent = coalesce(p_share_percent, t.share_percent),
        updated_at = clock_timestamp()
    RETURNING t.* INTO v_terms;

    PERFORM ops.audit('platform.advance_terms', 'platform', v_terms.platform_id);
    RETURN v_terms;
END;
$$;
