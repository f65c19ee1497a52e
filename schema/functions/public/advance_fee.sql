-- What an advance costs, USDC, cut to the micro-USDC: 2 % of an earned one; of a predictive one 2 % from 800 points of
-- risk score on, 3.5 % from 700 on, 5 % below. In basis points of whole micro-USDC, because numeric division rounds.
-- The same rule stands in gigstream/rules/advances.py, and they agree to the unit.
--
-- Cost:  O(1)
-- Test:  tests/rules/test_advances.py

CREATE OR REPLACE FUNCTION advance_fee(p_mode text, p_amount numeric, p_risk_score integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 0.000001 * div(
    p_amount * 1000000 * CASE
        WHEN p_mode = 'earned' OR p_risk_score >= 800 THEN 200
        WHEN p_risk_score >= 700 THEN 350
        ELSE 500
    END,
    10000
);
