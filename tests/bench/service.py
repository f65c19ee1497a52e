"""The API to measure: on a database of its own, with somebody who may call each route and something to act on."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from unittest.mock import patch

import psycopg
from tests.bench import stage
from tests.books import Books
from tests.conftest import Api
from tests.ready import Act, ready
from tests.world import World

from devstack import local
from devstack.postgres import Cluster
from gigstream import config, db

LIMITS = ("RATE_LIMIT_WORKER", "RATE_LIMIT_PLATFORM", "RATE_LIMIT_SIGN_IN")


@dataclass
class Service:
    """`act` is a request that has not been made yet, and will be accepted."""

    cluster: Cluster
    database: str
    world: World
    books: Books

    def act(self, name: str) -> Act:
        return ready(self.world, self.books, name)


@contextmanager
def service() -> Iterator[Service]:
    """While it is open, the variables of this process are its own, and lines of requests are not logged."""
    with ExitStack() as opened:
        cluster = opened.enter_context(stage.cluster())
        name = stage.copy(cluster)
        changed = dict.fromkeys(LIMITS, "1000000") | {"LOG_LEVEL": "ERROR"}
        opened.enter_context(patch.dict(os.environ, {**local.environment(cluster, name), **changed}))
        opened.callback(config.settings.cache_clear)
        opened.callback(db.close)
        config.settings.cache_clear()

        def connect(role: str) -> psycopg.Connection:
            return opened.enter_context(psycopg.connect(cluster.url(role, name), autocommit=True))

        books = Books(lambda role: cluster.url(role, name))
        opened.callback(books.close)
        yield Service(cluster, name, World(Api(), connect), books)
