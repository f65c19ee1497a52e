"""Each minute: credit the deposits that have come into custody on the chain since the last run.

While it sleeps it looks at the chain alone.
"""

from gigstream.job import Counts, Run, job_of
from gigstream_chain import deposits


@job_of("jobs", look=deposits.look)
def handler(run: Run) -> Counts:
    """Counts the blocks read, the deposits credited, and those of them of an unknown sender: they are in suspense."""
    return deposits.index(run)
