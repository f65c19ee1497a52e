"""POST /v1/reports: order a report as a file; a job makes it within minutes."""

from gigstream.models.reports import NewReport
from gigstream.queries import reports
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/reports", methods=["POST"], scope="reports:write", writes={"state", "audit"})
def create() -> reports.Report:
    """409 when ten of the platform's reports are not finished; 422 when to_date is in the future."""
    form = app.body(NewReport)
    return app.write(reports.order(**form.model_dump()), status=202)
