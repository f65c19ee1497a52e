"""GET /v1/ledger/accounts/{account_id}/transfers: what moved into and out of an account."""

from uuid import UUID

from gigstream.queries import ledger
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/ledger/accounts/{account_id}/transfers", methods=["GET"], scope="reports:read")
def list_transfers(account_id: UUID, part: Slice) -> Page[ledger.Transfer]:
    """Newest first. 404 when the account is not among the platform's."""
    return app.read(ledger.transfers(account_id, part))
