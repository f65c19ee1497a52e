"""Each minute: make the reports that were ordered, one after the other, each read as its platform may see it.

A report is read and written in batches, in the memory of a few. A run that dies leaves it to a later one, once its
lease is over; one that fails three times is given up.
"""

import hashlib

from gigstream import exports, log, sheets
from gigstream.config import settings
from gigstream.errors import GigStreamError, Unavailable
from gigstream.job import Counts, Run, job
from gigstream.queries import reports

BATCH = 1000
LEASE = 360  # seconds; longer than a run lives


@job
def handler(run: Run) -> Counts:
    """Counts the reports done, those that failed and will be tried again, and the lines written."""
    done = failed = lines = 0
    while run.more_time() and (report := run.write(reports.claim(LEASE))):
        try:
            lines += make(run, report)
            done += 1
        except Exception as exc:  # noqa: BLE001 - one report's trouble is not the others'
            log.error("report failed", exc.__cause__ or exc, report=report.id, attempt=report.attempts)
            failed += 1
    return {"done": done, "failed": failed, "lines": lines}


def make(run: Run, report: reports.Report) -> int:
    """Write the report's file and say so; how many lines it has. Unavailable when the time is up before."""
    digest, size, count = hashlib.sha256(), 0, 0
    with exports.place().writing(reports.key(report)) as write:

        def add(data: bytes) -> None:
            nonlocal size
            digest.update(data)
            size += len(data)
            write(data)

        add(sheets.head(reports.LINES[report.kind], report.format))
        last = None
        while batch := run.read_as(report.platform_id, reports.lines(report, last, BATCH)):
            add(sheets.body(batch, report.format))
            count, last = count + len(batch), batch[-1]
            if not run.more_time():
                raise Unavailable("the time for one run is over")
    finished = reports.finish(report, rows=count, size=size, sha256=digest.hexdigest(), days=settings().report_days)
    if not run.write(finished).finished:
        raise GigStreamError("another run has taken the report up")
    return count
