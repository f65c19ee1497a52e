"""POST /v1/workers/{worker_id}/withdrawals: pay out, on his word, what a worker has available with a platform."""

from uuid import UUID

from gigstream.config import settings
from gigstream.models.workers import Withdrawal
from gigstream.queries import settlements, transactions
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/workers/{worker_id}/withdrawals",
    methods=["POST"],
    worker=True,
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def withdraw(worker_id: UUID) -> transactions.Transaction:
    """The payout waits for its turn on the chain. 404 when he has no money with the platform.

    409 when he has no wallet address, or less is available; 422 for an amount that is not worth a chain transaction.
    """
    form = app.body(Withdrawal)
    minimum = settings().settle_minimum
    return app.write(settlements.request_payout(worker_id, form.platform_id, form.amount, minimum), status=202)
