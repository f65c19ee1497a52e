"""GET /v1/workers/{worker_id}/transactions: his transactions; a platform sees its own payouts and refunds."""

from uuid import UUID

from gigstream.queries import profiles, transactions
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers/{worker_id}/transactions", methods=["GET"], scope="transactions:read", worker=True)
def list_transactions(
    worker_id: UUID,
    part: Slice,
    tx_type: transactions.Type | None = None,
    status: transactions.Status | None = None,
) -> Page[transactions.Transaction]:
    """Newest first; 404 for another worker, and for a platform that he does not work for."""
    return app.read(profiles.transactions_of(worker_id, app.caller.kind, part, tx_type=tx_type, status=status))
