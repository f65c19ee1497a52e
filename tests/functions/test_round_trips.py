"""What a request costs on the wire: a read waits for the database once, a write at most twice, whatever it does."""

from collections.abc import Callable

import psycopg
import pytest
from tests.books import Books
from tests.conftest import Api
from tests.ready import ready
from tests.wire import Trips
from tests.world import RULES, World


@pytest.fixture
def world(api: Api, trips: Trips, connect: Callable[[str], psycopg.Connection]) -> World:
    """Made once the layer is connected through the wire."""
    return World(api, connect)


@pytest.mark.parametrize("name", RULES)
def test_a_read_waits_once_and_a_write_at_most_twice(world: World, books: Books, trips: Trips, name: str) -> None:
    act = ready(world, books, name)
    answers = []

    taken = trips(lambda: answers.append(act.send(world.api)))

    assert answers[0].status < 300, answers[0].body
    assert taken <= (2 if act.rule.writes else 1), name
