"""GET /v1/transactions: the caller's transactions."""

from gigstream.queries import transactions
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/transactions", methods=["GET"], scope="transactions:read", worker=True)
def list_transactions(
    part: Slice, tx_type: transactions.Type | None = None, status: transactions.Status | None = None
) -> Page[transactions.Transaction]:
    """Newest first; a platform sees payouts and refunds."""
    return app.read(transactions.mine(app.caller.kind, part, tx_type=tx_type, status=status))
