"""Releasing what is due, batch by batch: what the tick and the workers that help it have in common."""

from collections.abc import Callable
from sys import maxsize

from gigstream.job import Run
from gigstream.queries.base import Query
from gigstream.queries.streams import Tick

BATCH = 1000


def release(run: Run, batch: Callable[[int], Query[Tick]], most: int = maxsize) -> Tick:
    """Release in transactions of their own until nothing is due, `most` streams were, or time is short.

    `batch` says how so many streams are released.
    """
    done = Tick()
    while done.due < most and run.more_time():
        limit = min(BATCH, most - done.due)
        tick = run.write(batch(limit))
        done += tick
        run.moved += tick.amount
        if tick.due < limit:
            break
    return done
