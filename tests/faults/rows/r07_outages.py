"""R7: backends killed, the pooler restarted, the database out of reach for three seconds, while clients keep asking.

Guards: what the database's absence costs is a 503 with Retry-After, never a 500, and asking again with the same key
never does the work twice. A failure that nobody mapped, a connection reused unseen, or a key stored apart from its
deposit is seen here.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from tests.conftest import Api
from tests.faults.board import Arena, Outcome, row
from tests.faults.clients import insist
from tests.faults.serving import called, served
from tests.people import Caller, new_platform, new_worker

CLIENTS = 8
OUTAGE_SECONDS = 3


class Crowd:
    """Clients who share a pile of requests; each asks until it gets a 2xx."""

    def __init__(self, outcome: Outcome, requests: int) -> None:
        self.outcome = outcome
        self.left = requests
        self.turn = threading.Lock()
        self.done: Counter[str] = Counter()

    def take(self) -> bool:
        with self.turn:
            self.left -= 1
            return self.left >= 0

    def work(self, platform: Caller, worker: Caller, chance: random.Random) -> None:
        acts: list[tuple[str, str, str, object]] = [
            ("deposit", "POST", "/deposits", {"amount": "1"}),
            ("task", "POST", "/v1/tasks", {
                "worker_id": worker.id, "task_type": "fixed", "amount": "0.5", "title": "Deliver a parcel",
            }),
            ("balance", "GET", "/balance", None),
        ]  # fmt: skip
        while self.take():
            name, method, path, body = chance.choice(acts)
            answers = insist(platform, self.outcome, method, path, body, pause=0.1)
            with self.turn:
                self.done[name] += answers[-1].status in (200, 201)


def kill_backends(arena: Arena) -> None:
    with arena.cluster.superuser() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = 'api'",
            [arena.database],
        )


def restart_pooler(arena: Arena, seconds: float = 0) -> None:
    arena.pooler.stop()
    time.sleep(seconds)
    arena.pooler.start()


def stale_connection(arena: Arena, outcome: Outcome) -> None:
    """A warm function whose connection died while it was idle answers as if nothing had been."""
    deaths: list[Callable[[Arena], None]] = [kill_backends, restart_pooler]
    for death in deaths:
        with called(arena) as api, patch("gigstream.db.IDLE_SECONDS", 0):
            api.get("/v1/ready")
            death(arena)
            status = api.get("/v1/ready").status
        if status != 200:
            outcome.violations.append(f"a warm function answers {status} after {death.__name__}")


def crowded(api: Api, arena: Arena, outcome: Outcome, chance: random.Random) -> Counter[str]:
    """Faults at even distances: the requests themselves are the clock."""
    platform = new_platform(api, "1000")
    worker = new_worker(api, platform)
    crowd = Crowd(outcome, outcome.cases)
    faults: list[Callable[[], None]] = [lambda: kill_backends(arena)] * 6 + [lambda: restart_pooler(arena)] * 2
    chance.shuffle(faults)
    faults.append(lambda: restart_pooler(arena, OUTAGE_SECONDS))
    with ThreadPoolExecutor(CLIENTS) as pool:
        futures = [pool.submit(crowd.work, platform, worker, random.Random(chance.random())) for _ in range(CLIENTS)]
        for number, fault in enumerate(faults, 1):
            while crowd.left > outcome.cases * (1 - number / (len(faults) + 1)):
                time.sleep(0.01)
            fault()
        for future in futures:
            future.result()
    return crowd.done


@row(7, "backends killed, pooler restarted, 3 s without a database, stale connections", full=500, short=150)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome(cases=cases)
    with served(arena) as api:
        done = crowded(api, arena, outcome, chance)
    stale_connection(arena, outcome)
    outcome.accepted = done.total()
    for name, table, first in [("deposit", "ops.deposits", 1), ("task", "tasks", 0)]:
        count = len(arena.books.rows(f"SELECT id FROM {table}"))
        if count != done[name] + first:
            outcome.violations.append(f"{done[name] + first} times {name} acknowledged, {count} in the database")
    return outcome
