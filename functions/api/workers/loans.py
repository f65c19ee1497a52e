"""GET /v1/workers/{worker_id}/loans: his advances."""

from uuid import UUID

from gigstream.queries import loans, profiles
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers/{worker_id}/loans", methods=["GET"], worker=True)
def list_loans(worker_id: UUID, part: Slice, status: loans.Status | None = None) -> Page[loans.Loan]:
    """Newest first. For the worker alone: 403 for platforms, 404 for another worker."""
    return app.read(profiles.loans_of(worker_id, part, status))
