"""DELETE /v1/workers/{worker_id}: a worker has his personal data erased; the books stay."""

from uuid import UUID

from gigstream.queries import workers
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers/{worker_id}", methods=["DELETE"], worker=True, writes={"state", "audit"})
def erase(worker_id: UUID) -> None:
    """204, and he is signed out for good; 404 for another worker; 409 while tasks, pay or an advance are open."""
    app.write(workers.erase(worker_id))
