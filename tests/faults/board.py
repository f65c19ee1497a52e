"""The scoreboard's rows and the ground they are played on.

A row plants faults and counts what must not happen. It is a function of an Arena, a random source and the number of
cases; the same seed gives the same faults.
"""

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from tests.books import Books
from tests.pooler import PGBOUNCER, Pooler, pooling

from devstack import local
from devstack.postgres import Cluster


@dataclass
class Arena:
    """A database of its own behind a pooler of its own. `books` reads and plants past the pooler."""

    cluster: Cluster
    database: str
    pooler: Pooler
    books: Books

    def url(self, role: str) -> str:
        """Through the pooler."""
        return self.pooler.url(role)

    def direct(self, role: str) -> str:
        """Past the pooler."""
        return self.cluster.url(role, self.database)

    def environment(self) -> dict[str, str]:
        """What functions are told: the pooled URLs, rate limits out of the way, and not to log the faults planted."""
        lifted = dict.fromkeys(["RATE_LIMIT_WORKER", "RATE_LIMIT_PLATFORM", "RATE_LIMIT_SIGN_IN"], "1000000")
        pooled = {f"DATABASE_URL_{role.upper()}": self.url(role) for role in ("api", "jobs", "signer", "operator")}
        return {**local.environment(self.cluster, self.database), **lifted, **pooled, "LOG_LEVEL": "CRITICAL"}


@dataclass
class Outcome:
    """`cases` faults or tries were made, `accepted` did something, `violations` says what must not have been."""

    cases: int = 0
    accepted: int = 0
    violations: list[str] = field(default_factory=list)


Play = Callable[[Arena, random.Random, int], Outcome]


@dataclass(frozen=True)
class Row:
    """`full` cases on the scoreboard, `short` ones in the suite."""

    id: str
    title: str
    full: int
    short: int
    play: Play


ROWS: dict[str, Row] = {}


def row(number: int, title: str, *, full: int, short: int) -> Callable[[Play], Play]:
    """Register a row of the scoreboard."""

    def register(play: Play) -> Play:
        ROWS[f"R{number}"] = Row(f"R{number}", title, full, short, play)
        return play

    return register


def load() -> dict[str, Row]:
    """All rows, in order."""
    for path in sorted((Path(__file__).parent / "rows").glob("r[0-9]*.py")):
        import_module(f"tests.faults.rows.{path.stem}")
    return dict(sorted(ROWS.items(), key=lambda item: int(item[0][1:])))


@contextmanager
def arena(cluster: Cluster, database: str) -> Iterator[Arena]:
    """Set the ground for a row on a migrated database."""
    with tempfile.TemporaryDirectory(prefix="gigstream-") as folder, pooling(cluster, database, Path(folder)) as pooler:
        books = Books(lambda role: cluster.url(role, database))
        try:
            yield Arena(cluster, database, pooler, books)
        finally:
            books.close()


def play(chosen: Row, ground: Arena, seed: int, cases: int) -> Outcome:
    """Play a row, then recount the books; a row that accomplished nothing has shown nothing."""
    outcome = chosen.play(ground, random.Random(seed), cases)
    outcome.violations += [f"recount: {difference}" for difference in ground.books.differences()]
    if outcome.accepted == 0:
        outcome.violations.append("vacuous: nothing was accepted")
    return outcome


def report(chosen: Row, seed: int, outcome: Outcome, began: float) -> str:
    """The JSON line of a row."""
    return json.dumps(
        {
            "id": chosen.id,
            "title": chosen.title,
            "seed": seed,
            "cases": outcome.cases,
            "accepted": outcome.accepted,
            "violations": len(outcome.violations),
            "seconds": round(time.monotonic() - began, 1),
            "ok": not outcome.violations and PGBOUNCER is not None,
        }
    )
