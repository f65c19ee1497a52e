"""GET /v1/transactions/{transaction_id}: one of the caller's transactions."""

from uuid import UUID

from gigstream.queries import transactions
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/transactions/{transaction_id}", methods=["GET"], scope="transactions:read", worker=True)
def get(transaction_id: UUID) -> transactions.Transaction:
    """404 when it is not the caller's."""
    return app.read(transactions.get(transaction_id))
