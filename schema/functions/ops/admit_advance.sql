-- Whether a worker may have an advance of an amount now, and on what terms: asked for a quote and once more when it is
-- accepted. p_predicted is what he is predicted to earn in seven days, for a predictive advance.
--
-- Returns: the most that he may have, USDC, and his risk score (predictive)
-- Raises:  GS001 when he does not work for the platform; GS050 while an advance is open; GS055 naming what a predictive
--          advance fails on; GS053 (amount) when it is more than the limit
-- Cost:    O(his own rows)
-- Test:    tests/schema/test_advances.py

CREATE OR REPLACE FUNCTION ops.admit_advance(
    p_worker_id uuid, p_platform_id uuid, p_mode text, p_amount numeric, p_predicted numeric,
    OUT limit_amount numeric, OUT risk_score integer
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_share integer;
    v_reasons text [];
BEGIN
    IF NOT EXISTS (
        SELECT FROM ops.memberships AS m
        WHERE m.platform_id = p_platform_id AND m.worker_id = p_worker_id AND m.left_at IS NULL
    ) THEN
        RAISE EXCEPTION 'no platform of yours has this id' USING ERRCODE = 'GS001';
    END IF;
    IF EXISTS (
        SELECT FROM loans AS l
        WHERE l.worker_id = p_worker_id AND l.status IN ('pending', 'approved', 'disbursed', 'repaying')
    ) THEN
        RAISE EXCEPTION 'an advance is open: the next one can be had when it is paid back' USING ERRCODE = 'GS050';
    END IF;

    IF p_mode = 'predictive' THEN
        SELECT t.share_percent INTO v_share
        FROM ops.advance_terms AS t
        INNER JOIN platforms AS p ON t.platform_id = p.id
        WHERE t.platform_id = p_platform_id AND t.enabled AND p.is_active;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the platform does not offer advances on predicted earnings' USING ERRCODE = 'GS055';
        END IF;
        SELECT r.risk_score, r.reasons INTO risk_score, v_reasons
        FROM worker_risk_assessment AS r
        WHERE r.worker_id = p_worker_id;
        IF cardinality(v_reasons) > 0 THEN
            RAISE EXCEPTION 'not now: %', array_to_string(v_reasons, ', ') USING ERRCODE = 'GS055';
        END IF;
        limit_amount := advance_limit(p_mode, p_predicted, v_share);
    ELSE
        limit_amount := advance_limit(p_mode, accrued_pay(p_worker_id, p_platform_id), NULL);
    END IF;
    IF p_amount > limit_amount THEN
        RAISE EXCEPTION 'at most % USDC can be advanced now', limit_amount USING ERRCODE = 'GS053', COLUMN = 'amount';
    END IF;
END;
$$;
