"""The price and the limit of an advance: SQL and Python agree to the unit, and what is told is what is paid."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gigstream.rules import advances
from gigstream.rules.advances import Mode

amounts = st.integers(0, 10**15).map(lambda micros: Decimal(micros).scaleb(-6))
modes = st.sampled_from(["earned", "predictive"])
cases = st.tuples(modes, amounts, st.integers(0, 1000), st.integers(50, 80))
Case = tuple[Mode, Decimal, int, int]


# The connection is the same for all examples, and asking changes nothing.
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tried=st.lists(cases, min_size=50, max_size=400))
def test_sql_and_python_agree(connect: Callable[[str], psycopg.Connection], tried: list[Case]) -> None:
    rows = connect("api").execute(
        """
        SELECT advance_fee(c.mode, c.amount, c.score), advance_limit(c.mode, c.amount, c.share)
        FROM unnest(%s::text[], %s::numeric[], %s::integer[], %s::integer[]) WITH ORDINALITY AS c
            (mode, amount, score, share, number)
        ORDER BY c.number
        """,
        [list(column) for column in zip(*tried, strict=True)],
    )
    assert rows.fetchall() == [
        (advances.fee(mode, amount, score), advances.limit(mode, amount, share)) for mode, amount, score, share in tried
    ]


@given(case=cases)
def test_a_fee_and_a_limit_are_cut_and_never_rounded_up(case: Case) -> None:
    mode, amount, score, share = case
    rate = Fraction(advances.fee_basis_points(mode, score), 10_000)
    assert 0 <= Fraction(amount) * rate - Fraction(advances.fee(mode, amount, score)) < Fraction(1, 10**6)
    part = Fraction(80 if mode == "earned" else share, 100)
    over = Fraction(amount) * part - Fraction(advances.limit(mode, amount, share))
    assert 0 <= over < Fraction(1, 10**6) or (mode == "predictive" and advances.limit(mode, amount, share) == 500)


@given(amount=amounts)
def test_what_an_earned_advance_costs_is_earned_too(amount: Decimal) -> None:
    most = advances.limit("earned", amount, 50)
    assert most + advances.fee("earned", most, None) <= amount


@pytest.mark.parametrize(
    ("mode", "score", "percent"),
    [("earned", None, "2.00"), ("earned", 0, "2.00"), ("predictive", 1000, "2.00"), ("predictive", 800, "2.00"),
     ("predictive", 799, "3.50"), ("predictive", 700, "3.50"), ("predictive", 699, "5.00"), ("predictive", 600, "5.00"),
     ("predictive", None, "5.00")],
)  # fmt: skip
def test_the_bands(mode: Mode, score: int | None, percent: str) -> None:
    assert advances.percent(advances.fee_basis_points(mode, score)) == percent


def test_what_is_told_of_an_earned_advance() -> None:
    told = " ".join(advances.disclosures("earned", Decimal("50.000000"), Decimal("1.000000"), None))

    for words in ["50.00 USDC now", "51.00 USDC", "2.00 %", "no interest", "cannot default", "no due date", "half"]:
        assert words in told, words


def test_what_is_told_of_a_predictive_advance() -> None:
    told = " ".join(advances.disclosures("predictive", Decimal(100), Decimal("3.5"), 750))

    for words in ["100.00 USDC now", "103.50 USDC", "3.50 %", "30 days", "default", "100 points", "42.58 % a year"]:
        assert words in told, words


@dataclass(frozen=True)
class Record:
    """Just good enough."""

    loans_open: int = 0
    loans_defaulted: int = 0
    risk_score: int = 600
    account_age_days: int = 7
    completion_rate: str = "80.00"


def test_who_passes_every_check_may_have_the_limit() -> None:
    may = advances.predictive(Decimal(200), 60, Record())

    assert may.eligible
    assert (may.limit, may.fee_percent) == (Decimal(120), "5.00")
    assert all(check.passed for check in may.checks)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [(Record(loans_open=1), "no_open_advance"), (Record(loans_defaulted=1), "no_default"),
     (Record(risk_score=599), "risk_score"), (Record(account_age_days=6), "account_age_days"),
     (Record(completion_rate="79.99"), "completion_rate")],
)  # fmt: skip
def test_one_check_that_fails_is_enough(wrong: Record, rule: str) -> None:
    may = advances.predictive(Decimal(200), 60, wrong)

    assert (may.eligible, may.limit) == (False, Decimal(0))
    assert [check.rule for check in may.checks if not check.passed] == [rule]


def test_a_platform_that_offers_none_lends_none() -> None:
    may = advances.predictive(Decimal(200), None, Record())

    assert [check.rule for check in may.checks if not check.passed] == ["platform_offers"]


def test_an_earned_advance_asks_for_accrued_pay_and_no_score() -> None:
    assert advances.earned(Decimal("6.000001"), Record(risk_score=0)).limit == Decimal("4.8")
    for may in [advances.earned(Decimal(0), Record()), advances.earned(Decimal(6), Record(loans_open=1))]:
        assert (may.eligible, may.limit) == (False, Decimal(0))
