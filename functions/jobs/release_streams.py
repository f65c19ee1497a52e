"""Each minute: pay the workers what their streams have accrued. A tick that was missed is caught up by the next one."""

from gigstream.job import Counts, Run, job
from gigstream.queries import streams

BATCH = 1000


@job
def handler(run: Run) -> Counts:
    """Counts the streams that were due, those of them that paid, and those that failed: the audit row names them."""
    due = released = failed = 0
    next_due = run.read(streams.next_due()).at
    is_due = next_due is not None and next_due <= run.as_of
    while is_due and run.more_time():
        tick = run.write(streams.release_due(run.as_of, BATCH))
        due += tick.due
        released += tick.released
        failed += tick.failed
        run.moved += tick.amount
        is_due = tick.due == BATCH
    return {"due": due, "released": released, "failed": failed}
