"""The scoreboard's rows, shorter and with a fixed seed; `make scoreboard` plays them in full."""

import pytest
from tests.faults.board import Row, arena, load, play
from tests.pooler import PGBOUNCER

from devstack.postgres import Cluster

SEED = 20261122

pytestmark = [
    pytest.mark.pooler,
    pytest.mark.skipif(PGBOUNCER is None, reason="there is no pgbouncer; on Debian: apt-get install pgbouncer"),
]


# The contract's machine (R23) was stopped by the suite's two minutes on a busy machine.
@pytest.mark.timeout(300)
@pytest.mark.parametrize("row", load().values(), ids=lambda row: row.id)
def test_row(row: Row, cluster: Cluster, database: str) -> None:
    with arena(cluster, database) as ground:
        outcome = play(row, ground, SEED, row.short)
    assert outcome.violations == []
    assert outcome.cases >= row.short
