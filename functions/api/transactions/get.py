"""GET /v1/transactions/{transaction_id}: one of the caller's transactions, with the states it went through."""

from uuid import UUID

from gigstream.queries import details
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/transactions/{transaction_id}", methods=["GET"], scope="transactions:read", worker=True)
def get(
    transaction_id: UUID, expand: frozenset[details.TransactionExpansion] = frozenset()
) -> details.TransactionDetail:
    """404 when it is not the caller's."""
    return app.read(details.transaction(transaction_id, expand))
