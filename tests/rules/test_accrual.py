"""The rule of accrual: SQL and Python agree to the unit, and neither pays early or too much."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gigstream.rules.accrual import accrued, rate_per_second

Curve = tuple[Decimal, Decimal, datetime, datetime, datetime]

START = datetime(2026, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
YEAR = 366 * 24 * 3600


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """A stream's total, anchor amount, anchor time and end, and a moment before, in or after it."""
    total = draw(st.integers(1, 10**18 - 1))
    anchor_amount = draw(st.integers(0, total))
    anchor = START + timedelta(seconds=draw(st.integers(0, YEAR)))
    seconds = draw(st.integers(1, YEAR))
    at = anchor + timedelta(seconds=draw(st.integers(-10, seconds + 10)), microseconds=draw(st.integers(0, 999_999)))
    end = anchor + timedelta(seconds=seconds)
    return Decimal(total).scaleb(-6), Decimal(anchor_amount).scaleb(-6), anchor, end, at


# The connection is the same for all examples, and asking changes nothing.
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=st.lists(curves(), min_size=50, max_size=400))
def test_sql_and_python_agree(connect: Callable[[str], psycopg.Connection], cases: list[Curve]) -> None:
    rows = connect("auditor").execute(
        """
        SELECT stream_accrued(c.total, c.anchor_amount, c.anchor_time, c.end_time, c.at)
        FROM unnest(%s::numeric[], %s::numeric[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
            WITH ORDINALITY AS c (total, anchor_amount, anchor_time, end_time, at, number)
        ORDER BY c.number
        """,
        [list(column) for column in zip(*cases, strict=True)],
    )
    assert [amount for (amount,) in rows] == [accrued(*case) for case in cases]


@given(case=curves())
def test_never_early_never_too_much_and_whole_at_the_end(case: Curve) -> None:
    total, anchor_amount, anchor_time, end_time, at = case
    amount = accrued(*case)
    assert anchor_amount <= amount <= total
    assert accrued(total, anchor_amount, anchor_time, end_time, end_time) == total
    elapsed, duration = (min(max(at, anchor_time), end_time) - anchor_time, end_time - anchor_time)
    part = Fraction(elapsed // MICROSECOND, duration // MICROSECOND)
    assert amount <= Fraction(anchor_amount) + Fraction(total - anchor_amount) * part


@given(case=curves())
def test_the_rate_is_cut_to_18_decimals(case: Curve) -> None:
    total, anchor_amount, anchor_time, end_time, _ = case
    rate = rate_per_second(total, anchor_amount, anchor_time, end_time)
    exact = Fraction(total - anchor_amount) / ((end_time - anchor_time) // timedelta(seconds=1))
    assert 0 <= exact - Fraction(rate) < Fraction(1, 10**18)
    assert len(rate.partition(".")[2]) == 18
