"""Hourly: compare custody on the chain with the books. A break is named in the log and fails the run, for the alarm."""

from gigstream.job import Counts, Run, job
from gigstream_chain import reconcile


@job
def handler(run: Run) -> Counts:
    """Counts the transactions compared, and the breaks: 0, or CustodyDiffers."""
    return reconcile.reconcile(run)
