"""Everything through a transaction pooler, as Neon puts one before Postgres."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.infra.test_readme import tours
from tests.pooler import PGBOUNCER, pooling

from devstack.chain import Chain
from devstack.postgres import Cluster
from gigstream import config

pytestmark = [
    pytest.mark.pooler,
    pytest.mark.skipif(PGBOUNCER is None, reason="there is no pgbouncer; on Debian: apt-get install pgbouncer"),
]

TOURS = 8


@pytest.fixture
def pooled(cluster: Cluster, database: str, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """The database's URL for a role, through a pooler with fewer connections than callers."""
    with pooling(cluster, database, tmp_path, size=3) as pooler:
        yield pooler.url


def test_tours_at_once_leave_right_books_and_no_trace_in_the_pool(
    pooled: Callable[[str], str],
    environment: pytest.MonkeyPatch,
    chain: Chain,
    connect: Callable[[str], psycopg.Connection],
) -> None:
    for role in ("api", "jobs", "signer"):
        environment.setenv(f"DATABASE_URL_{role.upper()}", pooled(role))
    config.settings.cache_clear()
    assert [each.stderr for each in tours(TOURS, connect) if each.returncode] == []

    books = connect("jobs")
    assert books.execute("SELECT * FROM ops.check_invariants()").fetchall() == []
    assert books.execute("SELECT count(*) FROM ops.deposits").fetchall() == [(TOURS + 1,)]  # and the pool's
    with psycopg.connect(pooled("api"), autocommit=True, prepare_threshold=None) as left:
        for _ in range(10):
            assert left.execute("SELECT ops.tenant(), current_setting('lock_timeout')").fetchone() == (None, "0")
        busy = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'api' AND state LIKE 'idle in transaction%'"
        assert left.execute(busy).fetchone() == (0,)
