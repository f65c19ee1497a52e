"""P8: the daily job that ages a million accounts, beside one raw UPDATE of the same rows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from time import perf_counter
from typing import LiteralString
from uuid import UUID

import psycopg
from tests.bench import stage
from tests.bench.board import Line, in_turn, row

from gigstream.queries import workers
from jobs.update_account_ages import BATCH

WORKERS = 1_000_000
RUNS = 5
LOCK_MS = 500
TOY = {"WORKERS": 2500, "RUNS": 1}

# Registered a minute apart or less, the last of them 100 days ago.
PEOPLE: list[LiteralString] = [
    """
    INSERT INTO workers (id, name, email, password_hash, wallet_address, created_at)
    SELECT ops.uuid_v7(t.at), 'W', n || '@w.example', '', '0x' || lpad(to_hex(n), 40, '0'), t.at
    FROM generate_series(1, %(workers)s) AS n
    CROSS JOIN LATERAL (SELECT now() - interval '100 days' - interval '1 year' * n / %(workers)s AS at) AS t
    """,
]
RAW: LiteralString = """
    UPDATE workers
    SET account_age_days = (%(as_of)s AT TIME ZONE 'UTC')::date - (created_at AT TIME ZONE 'UTC')::date
"""


@row(8)
def ages() -> Iterator[Line]:
    """Each run is for another day, so that it changes every row; in between the table is vacuumed."""
    with stage.cluster() as cluster:
        name = stage.copy(cluster)
        stage.fill(cluster, name, PEOPLE, {"workers": WORKERS})
        now = datetime.now(UTC)
        days = (now - timedelta(days=n) for n in count())
        held: list[float] = []
        with cluster.superuser(name) as owner, stage.connect(cluster, name, "jobs") as jobs:

            def tidy() -> None:
                owner.execute("VACUUM ANALYZE workers")
                owner.execute("CHECKPOINT")

            ours, raw = in_turn(
                lambda: held.extend(_batches(jobs, next(days))),
                lambda: owner.execute(RAW, {"as_of": next(days)}),
                runs=RUNS,
                between=tidy,
            )
            yield Line("P8", f"ages of {WORKERS:,} workers", ours, raw, "s", "<= 1.5", "one raw UPDATE")
            yield Line("P8", "the longest of its transactions", 1000 * max(held), LOCK_MS, "ms", "<= 1", "a limit")
            _batches(jobs, now)
            first = _written(owner)
            _batches(jobs, now)
            again = _written(owner) - first
            yield Line("P8", "what it writes when it runs again", again, WORKERS, "rows", "<= 0", "what it wrote first")


def _batches(conn: psycopg.Connection, as_of: datetime) -> list[float]:
    """The job, and the seconds that each of its transactions took: no lock is held for longer."""
    last, times = UUID(int=0), [perf_counter()]
    while True:
        query = workers.update_account_ages(as_of, last, BATCH)
        last, seen, _ = conn.execute(query.sql, query.params, prepare=False).fetchone() or (last, 0, 0)
        times.append(perf_counter())
        if seen < BATCH:
            conn.execute("SELECT pg_stat_force_next_flush()")
            return [end - start for start, end in pairwise(times)]


def _written(conn: psycopg.Connection) -> int:
    conn.execute("SELECT pg_stat_force_next_flush()")  # what this connection itself wrote is counted late, too
    row = conn.execute("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relid = 'workers'::regclass").fetchone()
    assert row
    return int(row[0])
