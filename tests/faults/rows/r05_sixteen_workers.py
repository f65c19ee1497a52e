"""R5: sixteen release workers on the same minute, through the pooler and past it.

Guards: a stream is locked before it is released, and everybody takes locks in the same order. A release without FOR
UPDATE meets streams twice, and accounts out of order deadlock.
"""

import random

from tests.faults import crew
from tests.faults.board import Arena, Outcome, row
from tests.faults.minute import MINUTE, STREAMS, opened, released
from tests.faults.serving import called

from devstack import scheduler


def deadlocks(arena: Arena) -> int:
    """Since the database was made; the layer tries again after one, so no worker would tell."""
    with arena.cluster.superuser(arena.database) as connection:
        connection.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        (count,) = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone() or (0,)
    return int(count)


@row(5, "16 release workers on one minute", full=20, short=4)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome, books = Outcome(), arena.books
    ways = [{}, {"DATABASE_URL_JOBS": arena.direct("jobs")}]
    with called(arena):
        clean = opened(books)
        scheduler.call("ReleaseStreams", MINUTE)
    while outcome.cases < cases:
        platforms = opened(books)
        books.plant("TRUNCATE ops.job_runs")
        with called(arena, **ways[outcome.cases % 2]):
            workers = [crew.start() for _ in range(crew.WORKERS)]
            for worker in workers:
                worker.join()
        outcome.cases += 1
        runs = [run["counts"] for run in books.rows("SELECT counts FROM ops.job_runs", role="auditor")]
        outcome.accepted += sum(run["released"] for run in runs)
        if [worker.exitcode for worker in workers] != [0] * crew.WORKERS:
            outcome.violations.append("a worker failed")
        if sum(run["due"] for run in runs) != STREAMS or any(run["failed"] for run in runs):
            outcome.violations.append(f"{STREAMS} streams were due, the workers met {runs}")
        if sum(run["due"] > 0 for run in runs) < 2:
            outcome.violations.append("one worker did it all")
        if released(books, platforms) != released(books, clean):
            outcome.violations.append("the books differ from one worker's")
    if deadlocks(arena):
        outcome.violations.append(f"{deadlocks(arena)} deadlocks")
    return outcome
