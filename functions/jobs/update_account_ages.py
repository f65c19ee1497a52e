"""Daily, 00:05 UTC: bring every worker's account age up to date."""

from uuid import UUID

from gigstream.job import Counts, Run, job
from gigstream.queries import workers

BATCH = 1000


@job
def handler(run: Run) -> Counts:
    """Counts the workers looked at and those whose age changed."""
    last, seen, changed = UUID(int=0), 0, 0
    while run.more_time():
        ages = run.write(workers.update_account_ages(run.as_of, last, BATCH))
        last, seen, changed = ages.last_id, seen + ages.seen, changed + ages.changed
        if ages.seen < BATCH:
            break
    return {"seen": seen, "changed": changed}
