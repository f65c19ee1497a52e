"""Each minute: pay the workers what their streams have accrued. A tick that was missed is caught up by the next one."""

from gigstream.job import Counts, Run, job
from gigstream.queries import streams

BATCH = 1000


@job
def handler(run: Run) -> Counts:
    """Counts the streams that were due and those of them that paid."""
    due = released = 0
    while run.more_time():
        tick = run.write(streams.release_due(run.as_of, BATCH))
        due += tick.due
        released += tick.released
        if tick.due == 0:
            break
    return {"due": due, "released": released}
