"""A cluster starts with its first user, stops with its last, and gets over crashes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from tests.conftest import free_port

from devstack.postgres import Cluster


@pytest.fixture
def own() -> Iterator[Cluster]:
    cluster = Cluster(f"scratch-{os.getpid()}-own", listen=("127.0.0.1", free_port()), hasty=True)
    yield cluster
    cluster.discard_if_unused()
    assert not cluster.folder.exists()


def answers(cluster: Cluster) -> bool:
    try:
        cluster.superuser().close()
    except psycopg.OperationalError:
        return False
    return True


def test_it_runs_while_anybody_is_inside(own: Cluster) -> None:
    with own.running():
        with Cluster(own.folder.name, listen=(own.host, own.port), hasty=True).running():
            assert answers(own)
        own.discard_if_unused()
        assert answers(own)
    assert not answers(own)


def test_it_outlives_the_one_who_started_it_and_not_the_last(own: Cluster) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, own.folder.name, str(own.port)], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    with starter, starter.stdout as told:
        assert told.readline() == "started\n"
        starter.kill()
    assert answers(own)
    with own.running():
        pass
    assert not answers(own)


STARTER = """
import sys, time
from devstack.postgres import Cluster

from tests.conftest import free_port
with Cluster(sys.argv[1], listen=("127.0.0.1", int(sys.argv[2])), hasty=True).running():
    print("started", flush=True)
    time.sleep(60)
"""


def test_it_starts_again_after_a_crash_and_a_stale_pid_file(own: Cluster) -> None:
    with own.running():
        own.create_database("kept")
        pid = own.data / "postmaster.pid"
        os.kill(int(pid.read_text().split()[0]), signal.SIGKILL)
        while answers(own):
            pass
    pid.write_text(f"{os.getpid()}\n")
    with own.running():
        assert own.has_database("kept")


def test_over_tcp_a_password_is_asked_for(own: Cluster) -> None:
    with own.running():
        url = own.tcp_url("owner", "postgres", "127.0.0.1")
        psycopg.connect(url).close()
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://owner@127.0.0.1:{own.port}/postgres?sslmode=disable")


def test_other_settings_is_refused_while_it_runs(own: Cluster) -> None:
    with own.running(), pytest.raises(RuntimeError, match="other settings"), Cluster(own.folder.name).running():
        pass
