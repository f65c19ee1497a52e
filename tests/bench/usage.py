"""What a release and a request take, for tests.bench.costs to reckon with: `python -m tests.bench.usage`, on Linux.

Processor time is counted by the kernel for each process, so it means something on a busy machine too.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import LiteralString

import psycopg
from tests.bench import shifts, stage
from tests.bench.service import service
from tests.world import RULES

# Of a release its transfer stays, indexes counted; the stream's old row is room for its next one.
TRANSFERS: LiteralString = "pg_total_relation_size('ledger.transfers')"
ALL: LiteralString = "pg_database_size(current_database())"
STREAMS, PLATFORMS, WORKERS, TURNS = 200_000, 100, 20_000, 20
TICKS = 5
REQUESTS = 10  # of each route


class Usage:
    """Of one role's backends: seconds of the processor, bytes of WAL, bytes of `size`, an expression."""

    def __init__(self, owner: psycopg.Connection, role: str, size: LiteralString) -> None:
        self._owner, self._role, self._size = owner, role, size
        self.seconds, self.wal, self.stored = 0.0, 0.0, 0.0

    @contextmanager
    def counted(self) -> Iterator[None]:
        before = self._now()
        yield
        seconds, wal, stored = (now - then for now, then in zip(self._now(), before, strict=True))
        self.seconds, self.wal, self.stored = self.seconds + seconds, self.wal + wal, self.stored + stored

    def each(self, done: int) -> dict[str, float]:
        return {"cpu_us": 1e6 * self.seconds / done, "wal": self.wal / done, "stored": self.stored / done}

    def _now(self) -> tuple[float, float, float]:
        row = self._owner.execute(
            f"SELECT pg_current_wal_insert_lsn() - '0/0', {self._size},"
            " ARRAY(SELECT pid FROM pg_stat_activity WHERE usename = %s AND datname = current_database())",
            [self._role],
        ).fetchone()
        assert row
        wal, stored, backends = row
        taken = (int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in backends)
        return sum(taken) / 1e9, float(wal), float(stored)


def release() -> dict[str, float]:
    """One of a tick of 10,000."""
    with stage.cluster() as cluster:
        name, at = shifts.fill(cluster, streams=STREAMS, platforms=PLATFORMS, workers=WORKERS, turns=TURNS)
        with cluster.superuser(name) as owner, stage.connect(cluster, name, "jobs") as conn:
            turns, used, done = count(), Usage(owner, "jobs", TRANSFERS), 0
            shifts.tick(conn, at(next(turns)))
            for _ in range(TICKS):
                with used.counted():
                    done += shifts.tick(conn, at(next(turns)))
    return used.each(done)


def requests() -> dict[str, dict[str, float]]:
    """One that reads and one that writes, over all routes; `handler_us` is the processor time of the function."""
    told = {}
    with service() as served, served.cluster.superuser(served.database) as owner:
        served.act("GET /v1/auth/me").send(served.world.api)
        for kind in ("read", "write"):
            used, handled = Usage(owner, "api", ALL), 0.0
            routes = [name for name, rule in RULES.items() if bool(rule.writes) == (kind == "write")] * REQUESTS
            for name in routes:
                act = served.act(name)
                with used.counted():
                    began = time.process_time()
                    act.send(served.world.api)
                    handled += time.process_time() - began
            told[kind] = {"handler_us": 1e6 * handled / len(routes)} | used.each(len(routes))
    return told


if __name__ == "__main__":
    print(json.dumps({"release": release()} | requests()))
