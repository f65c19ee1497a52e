"""Several tenants on one arena."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
from tests.conftest import Api
from tests.faults.board import Arena
from tests.world import World


@contextmanager
def worlds(arena: Arena, api: Api, number: int) -> Iterator[list[World]]:
    """So many platforms, each with a worker, one of everything and funds enough."""
    with ExitStack() as opened:

        def connect(role: str) -> psycopg.Connection:
            return opened.enter_context(psycopg.connect(arena.direct(role), autocommit=True))

        found = [World(api, connect) for _ in range(number)]
        for world in found:
            world.platform.made("/deposits", {"amount": "1000000"})
        yield found
