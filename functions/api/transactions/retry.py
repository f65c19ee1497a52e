"""POST /v1/transactions/{transaction_id}/retry: try a payout that failed once more, as a new one."""

from uuid import UUID

from gigstream.queries import settlements, transactions
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/transactions/{transaction_id}/retry",
    methods=["POST"],
    scope="transactions:write",
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def retry(transaction_id: UUID) -> transactions.Transaction:
    """404 when it is not the caller's.

    409 unless it is a payout that failed and was not tried again before, or when its worker has no wallet address by
    now or less money.
    """
    return app.write(settlements.retry_payment(transaction_id), status=202)
