-- The most that may be advanced, USDC, cut to the micro-USDC: 80 % of the pay that has accrued and was not released, or
-- the platform's share of the predicted earnings of seven days, at most 500 USDC.
-- The same rule stands in gigstream/rules/advances.py, and they agree to the unit.
--
-- Cost:  O(1)
-- Test:  tests/rules/test_advances.py

CREATE OR REPLACE FUNCTION advance_limit(p_mode text, p_basis numeric, p_share_percent integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE p_mode
    WHEN 'earned' THEN 0.000001 * div(p_basis * 1000000 * 80, 100)
    ELSE least(500, 0.000001 * div(p_basis * 1000000 * p_share_percent, 100))
END;
