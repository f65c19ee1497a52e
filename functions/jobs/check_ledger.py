"""Hourly: recount every stored figure. One that differs is logged, and the run fails, so that the alarm goes off."""

from gigstream import log
from gigstream.errors import InvariantViolated
from gigstream.job import Counts, Run, job
from gigstream.queries import ledger

SHOWN = 100


@job
def handler(run: Run) -> Counts:
    """Counts the differences: 0, or InvariantViolated."""
    differences = run.read(ledger.differences())
    for one in differences[:SHOWN]:
        error = InvariantViolated(f"{one.figure} is {one.stored}, not {one.recounted}")
        log.error("figure differs", error, figure=one.figure, subject=one.subject)
    if differences:
        raise InvariantViolated(f"{len(differences)} figures differ from their recount")
    return {"differences": 0}
