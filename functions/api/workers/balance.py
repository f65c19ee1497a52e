"""GET /v1/workers/{worker_id}/balance: his money, USDC: available, held, accruing, in settlement, owed."""

from uuid import UUID

from gigstream.queries import workers
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers/{worker_id}/balance", methods=["GET"], scope="workers:read", worker=True)
def balance(worker_id: UUID) -> workers.Balance:
    """404 for another worker, and for a platform that he does not work for."""
    return app.read(workers.balance(worker_id))
