"""R2: release workers die by kill -9, half of them between a batch's statement and its COMMIT, half at any moment.

Guards: a batch is one transaction, so a worker that dies leaves all of it or nothing, and the next tick pays the rest.
A release committed stream by stream apart from its transfer, or a lock that outlives its holder, is seen here.
"""

import random
import time
from multiprocessing.connection import wait

from tests.books import Books
from tests.faults import crew
from tests.faults.board import Arena, Outcome, row
from tests.faults.minute import MINUTE, opened, released
from tests.faults.serving import called

from devstack import scheduler

KILLED = -9


def massacre(books: Books, chance: random.Random, outcome: Outcome, cases: int) -> None:
    """Sixteen workers, replaced as they die, until enough have died or nothing is due."""
    workers = {crew.start(random.Random(chance.random())) for _ in range(crew.WORKERS)}
    while workers and outcome.cases < cases:
        ended = wait([worker.sentinel for worker in workers], timeout=chance.uniform(0, 0.1))
        if not ended:
            chance.choice(sorted(workers, key=lambda worker: worker.pid or 0)).kill()
        for worker in [worker for worker in workers if worker.exitcode is not None]:
            workers.remove(worker)
            if worker.exitcode == KILLED:
                outcome.cases += 1
                outcome.violations += [f"after a kill: {difference}" for difference in books.differences()]
                workers.add(crew.start(random.Random(chance.random())))
    for worker in workers:
        worker.kill()
        worker.join()


def settle(books: Books) -> None:
    """Wait until Postgres has noticed all deaths."""
    while books.value(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE usename = 'jobs' AND state <> 'idle' AND datname = current_database() AND pid <> pg_backend_pid()"
    ):
        time.sleep(0.01)


@row(2, "kill -9 of 16 release workers, before COMMIT and anywhere", full=100, short=16)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome, books = Outcome(), arena.books
    with called(arena):
        clean = opened(books)
        scheduler.call("ReleaseStreams", MINUTE)
        while outcome.cases < cases:
            platforms = opened(books)
            massacre(books, chance, outcome, cases)
            settle(books)
            scheduler.call("ReleaseStreams", MINUTE)
            paid = released(books, platforms)
            outcome.accepted += sum(stream["release_seq"] for streams, _ in paid for stream in streams)
            if paid != released(books, clean):
                outcome.violations.append(f"after {outcome.cases} kills the books differ from a clean run's")
    return outcome
