"""The forecast of a week's earnings: exact where one can say what is right, elsewhere nearer than last week's."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bench.forecast import last_week, wape
from tests.histories import WEEK, cases

from gigstream.rules import forecast
from gigstream.rules.forecast import DAYS, next_week

amounts = st.integers(0, 10**10).map(lambda micros: Decimal(micros).scaleb(-6))


@dataclass
class Earned:
    days_ago: int
    amount: Decimal


def test_the_series_is_the_last_56_days_the_oldest_first() -> None:
    days = forecast.series([Earned(1, Decimal(3)), Earned(56, Decimal(1)), Earned(2, Decimal(2))])

    assert days == [Decimal(1), *[Decimal(0)] * (DAYS - 3), Decimal(2), Decimal(3)]


def test_who_never_earned_is_predicted_nothing() -> None:
    assert next_week([]) == next_week([Decimal(0)] * DAYS) == 0


@pytest.mark.parametrize("known", [1, 3, 7, 8, 55, 56])
def test_who_earns_the_same_each_day_is_predicted_92_percent_of_it_from_the_first_day_on(known: int) -> None:
    days = [Decimal(0)] * (DAYS - known) + [Decimal(100)] * known

    assert next_week(days) == 644


@given(days=st.lists(amounts, max_size=DAYS))
def test_it_is_never_below_the_worst_day_nor_above_the_best(days: list[Decimal]) -> None:
    predicted = next_week(days)

    assert 0 <= predicted <= 7 * max(days, default=Decimal(0))
    assert predicted == predicted.quantize(Decimal("0.000001"))


@given(days=st.lists(amounts, min_size=1, max_size=DAYS), more=amounts, at=st.integers(0, DAYS))
def test_who_earned_more_on_a_day_he_worked_is_predicted_no_less(days: list[Decimal], more: Decimal, at: int) -> None:
    at %= len(days)
    days[at] += 1
    richer = [*days[:at], days[at] + more, *days[at + 1 :]]

    assert next_week(richer) >= next_week(days)


def test_what_is_recent_counts_more() -> None:
    fell = [Decimal(100)] * 28 + [Decimal(50)] * 28
    rose = fell[::-1]

    assert 350 * 0.92 < next_week(fell) < next_week(rose) < 700 * 0.92


def test_a_holiday_counts_half() -> None:
    worked, away = [Decimal(100)] * (DAYS - 2 * WEEK), [Decimal(0)] * WEEK
    short = [Decimal(0), Decimal(100)] * WEEK

    assert next_week(away + worked + away) > 450
    assert next_week(short + worked + short[::-1]) < 644


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_it_is_clearly_nearer_than_the_same_as_last_week(seed: int) -> None:
    weeks = cases(seed, 300, DAYS)

    assert wape(next_week, weeks) < wape(last_week, weeks) * Decimal("0.93")


def test_a_seed_makes_the_same_histories() -> None:
    assert cases(5, 3, DAYS) == cases(5, 3, DAYS) != cases(6, 3, DAYS)
