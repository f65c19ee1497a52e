"""Each minute: send settlements to the chain; what was sent before and is not there is sent again, or replaced.

One run at a time has the signer: reserved concurrency 1, and a lock on the signer's row where a nonce is taken.
"""

from gigstream.job import Counts, Run, job_of
from gigstream_chain import rails


@job_of("signer")
def handler(run: Run) -> Counts:
    """Counts what was sent, sent again, replaced, refused or troubled; a signer that is paused, or low on gas money."""
    return rails.submit(run)
