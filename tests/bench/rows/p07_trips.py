"""P7: how often a request waits for the database, counted on the wire, and for how long when that is 10 ms away."""

import os
import statistics
import tempfile
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import psycopg
from tests.bench.board import RUNS, Line, row
from tests.bench.service import service
from tests.wire import Wire, tapped
from tests.world import RULES

from gigstream import config, db
from gigstream.queries.service import readiness

ROUTES: Collection[str] = RULES
NETWORK = 0.01  # seconds
TRIPS = {"read": 1, "write": 2}
TOY = {"ROUTES": ["GET /v1/auth/me", "POST /v1/tasks"], "RUNS": 1}


@row(7)
def trips() -> Iterator[Line]:
    """Every route; one that writes acts on something new each time, which is made ready off the clock."""
    with service() as served, tempfile.TemporaryDirectory() as folder:
        db.close()
        taken: dict[str, list[float]] = {"read": [], "write": []}
        most = dict.fromkeys(taken, 0)
        with tapped(served.cluster, served.database, Path(folder)) as (wire, url):
            os.environ["DATABASE_URL_API"] = url
            config.settings.cache_clear()
            db.read(db.Session("api"), readiness())
            for name in [name for name in ROUTES for _ in range(RUNS)]:
                act = served.act(name)
                kind = "write" if act.rule.writes else "read"
                before, wire.delay, began = wire.trips, NETWORK, time.perf_counter()
                answer = act.send(served.world.api)
                taken[kind].append(time.perf_counter() - began)
                most[kind], wire.delay = max(most[kind], wire.trips - before), 0
                if answer.status >= 300:
                    raise RuntimeError(f"{name}: {answer.body.decode()}")
            db.close()
        with tapped(served.cluster, served.database, Path(folder)) as (wire, url):
            bare = _statement(wire, url)
    for kind, limit in TRIPS.items():
        title = f"round trips of a {kind}, the most of {len(taken[kind]) // RUNS} routes"
        yield Line("P7", title, most[kind], limit, "", "<= 1", "what it may take")
    for kind, times in taken.items():
        title = f"a {kind}, {1000 * NETWORK:.0f} ms of network"
        yield Line("P7", title, 1000 * statistics.median(times), 1000 * bare, "ms", "", "SELECT 1, one round trip")


def _statement(wire: Wire, url: str) -> float:
    """The median seconds of one statement on a warm connection."""
    times = []
    with psycopg.connect(url, autocommit=True) as conn:
        wire.delay = NETWORK
        for _ in range(50):
            began = time.perf_counter()
            conn.execute("SELECT 1")
            times.append(time.perf_counter() - began)
    return statistics.median(times)
