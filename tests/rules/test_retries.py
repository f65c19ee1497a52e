"""The table of retries, its jitter, and what a receiver may ask for."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigstream.rules.retries import seconds_until_next

HOUR = 3600


def test_the_table_is_the_one_of_standard_webhooks() -> None:
    waits = [seconds_until_next(attempts, 0) for attempts in range(1, 11)]
    hours = [2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]
    assert waits == [5, 5 * 60, 30 * 60, *hours, None]
    *_, whole = accumulate(wait for wait in waits if wait)
    assert whole == 75 * HOUR + 35 * 60 + 5


@pytest.mark.parametrize(("asked", "waits"), [(None, 300), (0, 300), (299, 300), (301, 301), (10**9, 86_400)])
def test_a_receiver_may_ask_for_more_time_up_to_a_day(asked: int | None, waits: int) -> None:
    assert seconds_until_next(2, 0, asked) == waits


@given(st.integers(1, 9), st.floats(0, 1), st.none() | st.integers(0, 10**12))
def test_jitter_only_ever_adds_and_at_most_a_tenth(attempts: int, chance: float, asked: int | None) -> None:
    least, wait = seconds_until_next(attempts, 0, asked), seconds_until_next(attempts, chance, asked)
    assert least is not None
    assert wait is not None
    assert least <= wait <= least * 1.1
