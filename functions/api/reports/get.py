"""GET /v1/reports/{report_id}: how far a report is, and once it is done a link to its file."""

from dataclasses import asdict
from uuid import UUID

from gigstream import clock, exports
from gigstream.queries import reports
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/reports/{report_id}", methods=["GET"], scope="reports:read")
def get(report_id: UUID) -> reports.Download:
    """Each call makes a new link, good for 15 minutes and without credentials. 404 when it is not the platform's."""
    report = app.read(reports.get(report_id))
    if not report.is_kept(clock.now()):
        return reports.Download(**asdict(report), download_url=None, download_expires_at=None)
    link = exports.link(reports.key(report))
    return reports.Download(**asdict(report), download_url=link.url, download_expires_at=link.expires_at)
