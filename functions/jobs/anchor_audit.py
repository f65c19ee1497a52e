"""Daily, 00:15 UTC: verify the audit trail, then keep the head of its chain outside the database.

A finding is logged, and the run fails without an anchor, so that the alarm goes off and every anchor vouches for what
was right.
"""

from dataclasses import asdict

from gigstream import anchors, log
from gigstream.errors import AuditTampered
from gigstream.job import Counts, Run, job
from gigstream.queries import audit

SHOWN = 100


@job
def handler(run: Run) -> Counts:
    """Counts the anchors added, 0 or 1; AuditTampered when the trail is not what was sealed."""
    place = anchors.place()
    kept = place.kept()
    head = run.read(audit.head())
    findings = run.read(audit.findings(kept))
    for one in findings[:SHOWN]:
        log.error("audit trail differs", AuditTampered(), **asdict(one))
    if findings:
        raise AuditTampered(f"{len(findings)} findings in the audit trail")
    if head is None or head in kept:
        return {"anchored": 0}
    place.keep(head)
    return {"anchored": 1}
