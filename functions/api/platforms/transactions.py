"""GET /v1/platforms/{platform_id}/transactions: the platform's payouts and refunds."""

from datetime import datetime
from uuid import UUID

from gigstream.queries import platforms, transactions
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/platforms/{platform_id}/transactions", methods=["GET"], scope="transactions:read")
def list_transactions(
    platform_id: UUID,
    part: Slice,
    *,
    tx_type: transactions.Type | None = None,
    status: transactions.Status | None = None,
    worker_id: UUID | None = None,
    task_id: UUID | None = None,
    created_from: datetime | None = None,
    created_to: datetime | None = None,
) -> Page[transactions.Transaction]:
    """Newest first, created from a moment on and before another; 404 for any other platform."""
    query = platforms.transactions_of(
        platform_id,
        part,
        tx_type=tx_type,
        status=status,
        worker_id=worker_id,
        task_id=task_id,
        created_from=created_from,
        created_to=created_to,
    )
    return app.read(query)
