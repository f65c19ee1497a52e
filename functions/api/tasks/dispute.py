"""POST /v1/tasks/{task_id}/dispute: either party stops a task until an operator has decided."""

from uuid import UUID

from gigstream.models.tasks import NewDispute
from gigstream.queries import tasks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/tasks/{task_id}/dispute",
    methods=["POST"],
    scope="tasks:write",
    worker=True,
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def dispute(task_id: UUID) -> tasks.Dispute:
    """A stream that runs is paused, what has accrued is released first.

    409 when the task is over, is disputed already, or its stream is at its end; 404 when it is not the caller's.
    """
    return app.write(tasks.dispute(task_id, app.body(NewDispute).reason), status=201)
