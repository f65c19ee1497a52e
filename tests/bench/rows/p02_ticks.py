"""P2: what a tick costs depends on the streams that are due: not on all the others, nor on the minutes it missed."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import count

import psycopg
from tests.bench import shifts, stage
from tests.bench.board import Line, in_turn, row

from devstack.postgres import Cluster
from gigstream.queries import streams

FEW, MANY = 2000, 1_000_000
DUE = 100
RUNS = 15
IDLE_RUNS = 501
MINUTELY, MISSED = 1000, 60
AT_ONCE = 8
CROWD = 100  # turns of DUE streams each that overlapping ticks share
CROWD_RUNS = 7
TOY = {"FEW": 60, "MANY": 200, "DUE": 3, "RUNS": 1, "IDLE_RUNS": 1, "MINUTELY": 5, "CROWD": 2, "CROWD_RUNS": 1}


@row(2)
def ticks() -> Iterator[Line]:
    """Among few and many streams; with nothing to do; late; and several at once."""
    with stage.cluster() as cluster, ExitStack() as stack:

        def connect(name: str) -> psycopg.Connection:
            return stack.enter_context(stage.connect(cluster, name, "jobs"))

        few, at_few = _shifts(cluster, FEW)
        many, at_many = _shifts(cluster, MANY)
        quick, slow = connect(few), connect(many)
        early, late = map(at_few, count()), map(at_many, count())
        ours, reference = in_turn(
            lambda: shifts.tick(slow, next(late)), lambda: shifts.tick(quick, next(early)), runs=RUNS
        )
        title = f"{DUE:,} due among {MANY:,} streams"
        yield Line("P2", title, 1000 * ours, 1000 * reference, "ms", "<= 1.5", f"among {FEW:,}")

        idle = streams.next_due()
        ours, reference = in_turn(
            lambda: slow.execute(idle.sql, idle.params, prepare=False).fetchone(),
            lambda: slow.execute("SELECT 1", prepare=False).fetchone(),
            runs=IDLE_RUNS,
        )
        yield Line("P2", f"an idle tick, {MANY:,} streams", 1000 * ours, 1000 * reference, "ms", "<= 1.5", "SELECT 1")

        yield from _catching_up(cluster, connect)

        crowd = [slow, *(connect(many) for _ in range(AT_ONCE - 1))]
        batches = map(at_many, count(RUNS + CROWD, CROWD))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ours, reference = in_turn(
                lambda: _all_at_once(pool, crowd, next(batches)),
                lambda: shifts.tick(slow, next(batches)),
                runs=CROWD_RUNS,
            )
        title = f"{AT_ONCE} ticks at once, {CROWD * DUE:,} due"
        yield Line("P2", title, 1000 * ours, 1000 * reference, "ms", "<= 1.15", "one tick")
        paid, twice = _paid(slow)
        yield Line("P2", "releases of a stream that had its turn", twice, paid, "releases", "<= 0", "all releases")


def _shifts(cluster: Cluster, size: int) -> tuple[str, Callable[[int], datetime]]:
    turns = size // DUE
    return shifts.fill(cluster, streams=size, platforms=max(1, size // 2000), workers=max(1, size // 10), turns=turns)


def _catching_up(cluster: Cluster, connect: Callable[[str], psycopg.Connection]) -> Iterator[Line]:
    """Streams that release each minute: a tick of the next minute, and one after so many were missed."""
    minute = timedelta(minutes=1)
    name, at = shifts.fill(cluster, streams=MINUTELY, platforms=1, workers=MINUTELY // 5, turns=1, interval=minute)
    conn, minutes = connect(name), 0

    def tick(passed: int) -> int:
        nonlocal minutes
        minutes += passed
        return shifts.tick(conn, at(minutes))

    late, prompt = in_turn(lambda: tick(MISSED), lambda: tick(1), runs=RUNS)
    title = f"catch-up of {MISSED} minutes, {MINUTELY:,} streams"
    yield Line("P2", title, 1000 * late, 1000 * prompt, "ms", "<= 1.05", "a tick on time")


def _all_at_once(pool: ThreadPoolExecutor, crowd: list[psycopg.Connection], as_of: datetime) -> None:
    list(pool.map(lambda conn: shifts.tick(conn, as_of), crowd))


def _paid(conn: psycopg.Connection) -> tuple[int, int]:
    """All releases, and those beyond the first of a stream: none had more than one turn."""
    row = conn.execute(
        "SELECT count(*), count(*) - count(DISTINCT stream_id) FROM ledger.transfers WHERE reason = 'release'"
    ).fetchone()
    assert row
    return row[0], row[1]
