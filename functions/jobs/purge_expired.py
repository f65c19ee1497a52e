"""Hourly: delete what is kept for a time only: counts, tokens, idempotency keys, nonces, invites."""

from collections import Counter

from gigstream.job import Counts, Run, job
from gigstream.queries import jobs

BATCH = 1000


@job
def handler(run: Run) -> Counts:
    """Counts the rows that went, by table."""
    purged: Counter[str] = Counter()
    while run.more_time():
        batch = {table.name: table.purged for table in run.write(jobs.purge_expired(run.as_of, BATCH))}
        purged.update(batch)
        if max(batch.values()) < BATCH:
            break
    return purged
