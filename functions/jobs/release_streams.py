"""Each minute: pay the workers what their streams have accrued. A tick that was missed is caught up by the next one."""

from functools import partial

from gigstream.config import settings
from gigstream.job import Counts, Run, job
from gigstream.queries import streams
from gigstream.queue import Queue
from gigstream.releases import release

ALONE = 20_000  # streams: about a second of work
SHARD = 5000


@job
def handler(run: Run) -> Counts:
    """Counts the streams that were due, those of them that paid, and those that failed: the audit row names them.

    Beyond ALONE streams the rest is handed on in `shards`, a message each, to workers that release them side by side.
    """
    next_due = run.read(streams.next_due()).at
    if next_due is None or next_due > run.as_of:
        return streams.Tick().counts
    batch = partial(streams.release_due, run.as_of)
    done = release(run, batch, ALONE)
    if done.due < ALONE:
        return done.counts
    if shards := _hand_on(run):
        return done.counts | {"shards": shards}
    return (done + release(run, batch)).counts


def _hand_on(run: Run) -> int:
    """How many shards were sent. None where there is no queue, or while an earlier tick's still wait in it."""
    url = settings().release_queue_url
    if url is None or not (queue := Queue(url)).is_empty():
        return 0
    shards = run.read(streams.shards(run.as_of, SHARD))
    time = run.as_of.isoformat()
    return queue.send([{"time": time, "platforms": [*map(str, one.platforms)], "due": one.due} for one in shards])
