-- What a stream has earned its worker by a moment: anchor + (total - anchor) * e div d, with e the whole seconds from
-- the anchor to that moment (or to the end) and d those from the anchor to the end. In whole micro-USDC, because
-- numeric division rounds before it cuts and a rate per second loses up to 5 % at six decimals.
-- The same formula stands in gigstream/rules/accrual.py and in the contract, and they agree to the unit.
--
-- Cost:  O(1)
-- Test:  tests/rules/test_accrual.py

CREATE OR REPLACE FUNCTION stream_accrued(
    p_total numeric, p_anchor_amount numeric, p_anchor_time timestamptz, p_end_time timestamptz, p_at timestamptz
) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_anchor_amount + 0.000001 * div(
    (p_total - p_anchor_amount) * 1000000
    * greatest(0, floor(extract(EPOCH FROM least(p_at, p_end_time) - p_anchor_time))),
    extract(EPOCH FROM p_end_time - p_anchor_time)
);
