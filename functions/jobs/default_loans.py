"""Daily, 00:25 UTC: predictive advances that were not paid back in 30 days are in default."""

from gigstream.job import Counts, Run, job
from gigstream.queries import loans

BATCH = 1000


@job
def handler(run: Run) -> Counts:
    """Counts the advances that were overdue and those of them that were given up; what is left waits a day."""
    overdue = run.read(loans.overdue(run.as_of, BATCH))
    defaulted = 0
    for loan in overdue:
        if not run.more_time():
            break
        defaulted += run.write(loans.default(loan.id, run.as_of)).defaulted
    return {"overdue": len(overdue), "defaulted": defaulted}
