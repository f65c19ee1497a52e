"""Each minute: end the settlements that are final on the chain, paid or reverted; see which have lost their nonce."""

from gigstream.job import Counts, Run, job
from gigstream_chain import rails


@job
def handler(run: Run) -> Counts:
    """Counts settlements by what became of them, and the payments that failed; conflicts wait for a person."""
    return rails.confirm(run)
