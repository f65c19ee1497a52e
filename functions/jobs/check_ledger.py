"""Hourly: recount every stored figure. One that differs is logged, and the run fails, so that the alarm goes off."""

from dataclasses import asdict

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
        log.error("figure differs", InvariantViolated(), **asdict(one))
    if differences:
        raise InvariantViolated(f"{len(differences)} figures differ from their recount")
    return {"differences": 0}
