"""What every test may ask for: a database of its own, the API on it, its jobs. Postgres is real and never mocked."""

import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
import pytest

from devstack import chain as local_chain
from devstack import local, migrate, scheduler
from devstack.gateway import Answer, Gateway
from devstack.postgres import Cluster, scratch
from gigstream import config, db

TEMPLATE_DATABASE = "template"
NO_LIMITS = dict.fromkeys(["RATE_LIMIT_WORKER", "RATE_LIMIT_PLATFORM", "RATE_LIMIT_SIGN_IN"], "1000000")
numbers = count()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A server of this test process, with a migrated database to copy."""
    with scratch() as cluster:
        cluster.create_database(TEMPLATE_DATABASE)
        migrate.migrate(cluster.url("owner", TEMPLATE_DATABASE))
        yield cluster


@pytest.fixture
def database(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of an empty, migrated database. Whatever a test does there, its books are right afterwards."""
    name = f"test_{next(numbers)}"
    cluster.create_database(name, template=TEMPLATE_DATABASE)
    yield name
    if request.node.get_closest_marker("wrong_figures") is None:
        with psycopg.connect(cluster.url("jobs", name)) as connection:
            assert connection.execute("SELECT * FROM ops.check_invariants()").fetchall() == []
    cluster.drop_database(name)


@pytest.fixture
def url(cluster: Cluster, database: str) -> Callable[[str], str]:
    """The database's URL for a role."""
    return lambda role: cluster.url(role, database)


@pytest.fixture
def connect(url: Callable[[str], str]) -> Iterator[Callable[[str], psycopg.Connection]]:
    """Connect as api, jobs, operator or auditor, in autocommit. Never as owner: row security does not bind him."""
    opened = []

    def open_as(role: str) -> psycopg.Connection:
        opened.append(psycopg.connect(url(role), autocommit=True))
        return opened[-1]

    yield open_as
    for connection in opened:
        connection.close()


@pytest.fixture
def environment(cluster: Cluster, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The functions' variables for this test's database, without limits; change more before the first request."""
    for name, value in {**local.environment(cluster, database), **NO_LIMITS}.items():
        monkeypatch.setenv(name, value)
    config.settings.cache_clear()
    yield monkeypatch
    db.close()
    config.settings.cache_clear()


@pytest.fixture(scope="session")
def running_chain() -> Iterator[local_chain.Chain]:
    """A chain of this test process."""
    with local_chain.running() as running:
        yield running


@pytest.fixture
def chain(running_chain: local_chain.Chain, environment: pytest.MonkeyPatch) -> local_chain.Chain:
    """The local chain as it begins: a float in the contract, gas with the signer. Settlement is told of it."""
    running_chain.call("local_reset")
    for name, value in running_chain.environment.items():
        environment.setenv(name, value)
    config.settings.cache_clear()
    return running_chain


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Api:
    """The API, in this process unless `request` leads elsewhere: `api.post("/v1/tasks", {...}, key=key)` signs in."""

    def __init__(self, request: Callable[..., Answer] | None = None) -> None:
        self.request = request or Gateway().request

    def get(self, path: str, **options: Any) -> Answer:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.send("POST", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.send("PATCH", path, body, **options)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        ip: str = "127.0.0.1",
    ) -> Answer:
        """`body` is sent as it is when it is text or bytes, else as JSON."""
        sent = {"Content-Type": "application/json"} if body is not None else {}
        sent |= {"X-API-Key": key} if key else {}
        sent |= {"Authorization": f"Bearer {token}"} if token else {}
        raw = body if isinstance(body, str | bytes) else b"" if body is None else json.dumps(body)
        return self.request(method, path, headers=sent | (headers or {}), body=raw, ip=ip)


@pytest.fixture
def api(environment: pytest.MonkeyPatch) -> Api:
    return Api()


@pytest.fixture
def job(environment: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Call a job by its logical id in template.yaml: `job("ReleaseStreams", at=some_time)`; now by default."""

    return lambda name, at=None: scheduler.call(name, at or datetime.now(UTC))
