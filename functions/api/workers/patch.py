"""PATCH /v1/workers/{worker_id}: a worker changes his name, e-mail address or wallet."""

from uuid import UUID

from gigstream import proofs
from gigstream.models.workers import WorkerChange
from gigstream.queries import workers
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers/{worker_id}", methods=["PATCH"], worker=True, writes={"state", "audit"})
def patch(worker_id: UUID) -> workers.Worker:
    """404 for another worker; 409 when somebody else uses the e-mail or wallet address; 422 when it has not signed."""
    change = app.body(WorkerChange)
    return app.write(
        workers.update(
            worker_id,
            name=change.name,
            email=change.email,
            wallet=proofs.of_wallet(change.wallet, "set_wallet"),
        )
    )
