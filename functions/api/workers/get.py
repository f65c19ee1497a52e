"""GET /v1/workers/{worker_id}: a worker with his recent tasks and transactions, and for himself his open loans."""

from uuid import UUID

from gigstream.queries import profiles
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers/{worker_id}", methods=["GET"], scope="workers:read", worker=True)
def get(worker_id: UUID) -> profiles.WorkerProfile:
    """404 for another worker, and for a platform that he does not work for."""
    return app.read(profiles.get(worker_id, app.caller.kind))
