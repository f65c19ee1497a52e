"""R4: ticks come sixteen times, late, out of order or never, for six hours not at all; the books end as after all.

Guards: a release depends on the moment alone. One that counts ticks, or pays no more than one interval a tick, is seen
here.
"""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from tests.books import Books, Row
from tests.faults.board import Arena, Outcome, row
from tests.faults.minute import MINUTE
from tests.faults.serving import called

from devstack import scheduler

STREAMS = 50
HOURS, GAP_HOURS = 7, 6
START = MINUTE - timedelta(hours=HOURS)
MINUTES = [START + timedelta(minutes=n) for n in range(1, 60 * HOURS)]


def disturbed(chance: random.Random) -> list[datetime]:
    """The ticks as they arrive: each at its minute, but for what goes wrong with it."""
    latest = 60 * (HOURS - GAP_HOURS)  # then it ends with the last tick, which has to make up for all of it
    gap = chance.choice([chance.randrange(latest), latest])
    arrivals: list[tuple[float, datetime]] = []
    for number, at in enumerate(MINUTES):
        if gap <= number < gap + 60 * GAP_HOURS or chance.random() < 0.1:
            continue
        late = chance.choice([0, 0, 0, 1, 5, 60])
        times = chance.choice([1] * 15 + [16])
        arrivals += [(number + chance.uniform(0, late), at) for _ in range(times)]
    return [at for _, at in sorted(arrivals)]


def run(books: Books, terms: list[tuple[Decimal, int]], ticks: Iterable[datetime]) -> tuple[int, list[Row], list[Row]]:
    """How many streams were due in all; what the streams and the accounts are after a last tick."""
    platform = books.platform("100000")
    worker = books.worker(platform)
    books.streams(platform, worker, START, terms, interval=300)
    due = sum(scheduler.call("ReleaseStreams", at)["due"] for at in [*ticks, MINUTE])
    streams = books.rows(
        "SELECT released_amount, remaining_amount, status, next_release_at FROM streams WHERE platform_id = %s"
        " ORDER BY total_amount, end_time",
        platform,
    )
    earned = books.rows(
        "SELECT a.kind, a.balance, w.total_earned, w.completion_rate, w.reputation_score"
        " FROM ledger.accounts AS a, workers AS w WHERE a.platform_id = %s AND w.id = %s ORDER BY a.kind",
        platform,
        worker,
    )
    return due, streams, earned


@row(4, "ticks repeated 16 times, 10 % lost, late, out of order, a gap of 6 h", full=3000, short=120)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome()
    with called(arena):
        while outcome.cases < cases:
            terms = [(Decimal(chance.randint(1, 10**7)) / 10**6, chance.randint(60, 3600 * 12)) for _ in range(STREAMS)]
            ticks = disturbed(chance)
            _, *clean = run(arena.books, terms, MINUTES)
            due, *books = run(arena.books, terms, ticks)
            outcome.cases += len(ticks)
            outcome.accepted += due
            if books != clean:
                outcome.violations.append(f"after {len(ticks)} disturbed ticks the books differ from a clean run's")
    return outcome
