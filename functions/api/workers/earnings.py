"""GET /v1/workers/{worker_id}/earnings: what he did and earned, USDC, and what is still to come."""

from uuid import UUID

from gigstream.queries import workers
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers/{worker_id}/earnings", methods=["GET"], scope="workers:read", worker=True)
def earnings(worker_id: UUID) -> workers.Earnings:
    """404 for another worker, and for a platform that he does not work for."""
    return app.read(workers.earnings(worker_id))
