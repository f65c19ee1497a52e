"""GET /v1/workers/{worker_id}/reputation: his score, its rank and its factors."""

from uuid import UUID

from gigstream.queries import workers
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers/{worker_id}/reputation", methods=["GET"], scope="workers:read", worker=True)
def reputation(worker_id: UUID) -> workers.Reputation:
    """404 for another worker, and for a platform that he does not work for."""
    return app.read(workers.reputation(worker_id))
