"""Turns: so many a second for all processes together, by the database's clock, whoever asks and in how many threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import psycopg
import pytest
from tests.books import Books, books

__all__ = ["books"]

FIFTH = timedelta(seconds=0.2)


def take(connection: psycopg.Connection, patience: float = 60) -> float | None:
    """When the turn is due, by the database's clock."""
    # The clock is read behind the turn: whoever queues for it would else seem to have it earlier.
    row = connection.execute(
        "SELECT turn + extract(EPOCH FROM clock_timestamp()) FROM (SELECT ops.take_turn('posts', %s, %s) AS turn) AS t",
        [FIFTH, timedelta(seconds=patience)],
    ).fetchone()
    assert row is not None
    return None if row[0] is None else float(row[0])


def test_turns_are_an_interval_apart_however_many_ask_at_once(connect: Callable[[str], psycopg.Connection]) -> None:
    with ThreadPoolExecutor(8) as pool:
        turns = list(pool.map(lambda role: [take(connect(role)) for _ in range(10)], ["api", "jobs", "signer"] * 3))
    due = sorted(turn for several in turns for turn in several if turn is not None)

    assert len(due) == 90
    # What lies between two is an interval, but for the time from one reading of the clock to the next.
    assert all(later - earlier > 0.15 for earlier, later in pairwise(due))
    assert due[-1] - due[0] == pytest.approx(89 * 0.2, abs=0.1)


def test_who_does_not_want_to_wait_takes_no_turn(connect: Callable[[str], psycopg.Connection]) -> None:
    jobs = connect("jobs")
    first = take(jobs, 0)
    assert first is not None
    assert [take(jobs, 0) for _ in range(20)] == [None] * 20

    second = take(jobs)
    assert second is not None
    assert second - first == pytest.approx(0.2, abs=0.05)


def test_a_clock_that_is_set_back_stops_nobody(connect: Callable[[str], psycopg.Connection], books: Books) -> None:
    jobs = connect("jobs")
    assert take(jobs, 5) is not None
    books.plant("UPDATE ops.turns SET next_at = next_at + interval '1 day'")
    assert take(jobs, 5) is not None
