"""GET /v1/ledger/accounts: the platform's accounts, and its workers' accounts with it."""

from uuid import UUID

from gigstream.queries import ledger
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/ledger/accounts", methods=["GET"], scope="reports:read")
def list_accounts(part: Slice, kind: ledger.Kind | None = None, worker_id: UUID | None = None) -> Page[ledger.Account]:
    """Newest first; what a worker owes on an advance is his own business."""
    return app.read(ledger.accounts(part, kind=kind, worker_id=worker_id))
