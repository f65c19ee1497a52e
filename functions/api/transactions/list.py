"""GET /v1/transactions: the caller's transactions."""

from datetime import datetime
from uuid import UUID

from gigstream.queries import transactions
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/transactions", methods=["GET"], scope="transactions:read", worker=True)
def list_transactions(
    part: Slice,
    *,
    tx_type: transactions.Type | None = None,
    status: transactions.Status | None = None,
    worker_id: UUID | None = None,
    task_id: UUID | None = None,
    created_from: datetime | None = None,
    created_to: datetime | None = None,
) -> Page[transactions.Transaction]:
    """Newest first, created from a moment on and before another; a platform sees payouts and refunds."""
    query = transactions.mine(
        app.caller.kind,
        part,
        tx_type=tx_type,
        status=status,
        worker_id=worker_id,
        task_id=task_id,
        created_from=created_from,
        created_to=created_to,
    )
    return app.read(query)
