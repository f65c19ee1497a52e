"""GET /v1/workers/{worker_id}/reputation: his score, its rank and its factors."""

from uuid import UUID

from gigstream.queries import reputation
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers/{worker_id}/reputation", methods=["GET"], scope="workers:read", worker=True)
def score(worker_id: UUID) -> reputation.Reputation:
    """404 for another worker, and for a platform that he does not work for."""
    return app.read(reputation.score(worker_id))
