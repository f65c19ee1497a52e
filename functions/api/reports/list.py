"""GET /v1/reports: the platform's reports."""

from gigstream.queries import reports
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/reports", methods=["GET"], scope="reports:read")
def list_reports(part: Slice) -> Page[reports.Report]:
    """Newest first; one by its id has the link to its file."""
    return app.read(reports.mine(part))
