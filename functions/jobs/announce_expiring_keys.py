"""Hourly: tell platforms, once a key and seven days before, that an API key of theirs will expire."""

from gigstream.job import Counts, Run, job
from gigstream.queries import keys

BATCH = 1000


@job
def handler(run: Run) -> Counts:
    """Counts the keys told of."""
    announced = 0
    while run.more_time():
        told = run.write(keys.announce_expiring(run.as_of, BATCH)).keys
        announced += told
        if told < BATCH:
            break
    return {"announced": announced}
