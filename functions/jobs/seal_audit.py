"""Each minute: chain the audit rows of transactions that have ended, so that a later change to one of them shows."""

from gigstream.job import Counts, Run, job
from gigstream.queries import audit

BATCH = 1000


@job
def handler(run: Run) -> Counts:
    """Counts the rows sealed."""
    sealed = 0
    while run.more_time():
        rows = run.write(audit.seal(BATCH)).rows
        sealed += rows
        if rows < BATCH:
            break
    return {"sealed": sealed}
