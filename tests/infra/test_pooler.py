"""Everything through a transaction pooler, as Neon puts one before Postgres."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from tests.conftest import free_port
from tests.infra.test_readme import blocks, shell

from devstack.postgres import Cluster
from devstack.server import serving
from gigstream import config

pytestmark = [
    pytest.mark.pooler,
    pytest.mark.skipif(
        not shutil.which("pgbouncer"), reason="there is no pgbouncer; on Debian: apt-get install pgbouncer"
    ),
]

TOURS = 8
# Fewer connections than callers, so that each transaction may find another one's session.
CONFIG = """\
[databases]
{routes}
[pgbouncer]
pool_mode = transaction
default_pool_size = 3
listen_addr = 127.0.0.1
listen_port = {listen}
auth_type = any
unix_socket_dir =
logfile = {folder}/log
pidfile = {folder}/pid
"""


@pytest.fixture
def pooled(cluster: Cluster, database: str, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """The database's URL for a role, through PgBouncer in transaction mode."""
    port, settings = free_port(), tmp_path / "pgbouncer.ini"
    # `auth_type = any` signs everybody in as one forced user, so each role has a database of its own name.
    routes = "\n".join(
        f"{role} = host={cluster.socket} port={cluster.port} dbname={database} user={role}" for role in ("api", "jobs")
    )
    settings.write_text(CONFIG.format(routes=routes, listen=port, folder=tmp_path))
    if os.geteuid() == 0:  # PgBouncer refuses to be root, as Postgres does
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)
        shutil.chown(tmp_path, "nobody")
    process = subprocess.Popen(
        ["pgbouncer", "-q", settings], user="nobody" if os.geteuid() == 0 else None, stderr=subprocess.DEVNULL
    )
    try:
        yield lambda role: f"postgresql://{role}@127.0.0.1:{port}/{role}"
    finally:
        process.terminate()
        process.wait()


def wait_for(url: str) -> None:
    for _ in range(100):
        try:
            return psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise AssertionError("pgbouncer did not start")


def test_tours_at_once_leave_right_books_and_no_trace_in_the_pool(
    pooled: Callable[[str], str], environment: pytest.MonkeyPatch, connect: Callable[[str], psycopg.Connection]
) -> None:
    for role in ("api", "jobs"):
        wait_for(pooled(role))
        environment.setenv(f"DATABASE_URL_{role.upper()}", pooled(role))
    config.settings.cache_clear()
    tour = "\n".join(blocks("bash"))
    with serving("127.0.0.1", 0) as servers, ThreadPoolExecutor(TOURS) as pool:
        tours = list(pool.map(lambda _: shell(tour, API=servers.url), range(TOURS)))
    assert [each.stderr for each in tours if each.returncode] == []

    books = connect("jobs")
    assert books.execute("SELECT * FROM ops.check_invariants()").fetchall() == []
    assert books.execute("SELECT count(*) FROM ops.deposits").fetchall() == [(TOURS,)]
    with psycopg.connect(pooled("api"), autocommit=True, prepare_threshold=None) as left:
        for _ in range(10):
            assert left.execute("SELECT ops.tenant(), current_setting('lock_timeout')").fetchone() == (None, "0")
        busy = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'api' AND state LIKE 'idle in transaction%'"
        assert left.execute(busy).fetchone() == (0,)
