"""POST /v1/workers/{worker_id}/reputation/events/{event_id}/appeal: ask for the points back that an event took."""

from uuid import UUID

from gigstream.models.workers import NewAppeal
from gigstream.queries import reputation
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/workers/{worker_id}/reputation/events/{event_id}/appeal",
    methods=["POST"],
    worker=True,
    writes={"state", "audit"},
)
def appeal(worker_id: UUID, event_id: UUID) -> reputation.Appeal:
    """An operator decides it. 409 when the event took nothing, or an appeal against it is open or was granted.

    404 when the event is not the caller's.
    """
    return app.write(reputation.appeal(worker_id, event_id, app.body(NewAppeal).reason), status=201)
