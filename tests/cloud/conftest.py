"""A Postgres that is reached as a deployed one is: over TCP, with passwords."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cloud.stage import Stage, staged
from tests.conftest import TEMPLATE_DATABASE, free_port, numbers

from devstack import migrate
from devstack.postgres import Cluster


@pytest.fixture(scope="session")
def remote() -> Iterator[Cluster]:
    """A server of this test process, with a migrated database to copy."""
    cluster = Cluster(f"scratch-{os.getpid()}-remote", listen=("127.0.0.1", free_port()), hasty=True)
    try:
        with cluster.running():
            cluster.create_database(TEMPLATE_DATABASE)
            migrate.migrate(cluster.url("owner", TEMPLATE_DATABASE))
            yield cluster
    finally:
        cluster.discard_if_unused()


@pytest.fixture
def direct(remote: Cluster) -> Iterator[Callable[..., str]]:
    """Make a database, empty unless it is a copy of another: the owner's URL of it."""
    made = []

    def make(template: str = "template1") -> str:
        made.append(f"remote_{next(numbers)}")
        remote.create_database(made[-1], template=template)
        return remote.tcp_url("owner", made[-1], "127.0.0.1")

    yield make
    for name in made:
        remote.drop_database(name)


@pytest.fixture
def stage(
    remote: Cluster, direct: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Stage]:
    """A stage on which nothing is yet: see tests/cloud/stage.py."""
    with staged(remote, direct, monkeypatch, tmp_path) as stage:
        yield stage
