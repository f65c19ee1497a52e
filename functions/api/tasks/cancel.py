"""POST /v1/tasks/{task_id}/cancel: call a task off; what it has not paid goes back to the platform."""

from uuid import UUID

from gigstream.queries import tasks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/tasks/{task_id}/cancel",
    methods=["POST"],
    scope="tasks:write",
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def cancel(task_id: UUID) -> tasks.Task:
    """What a stream has accrued is released first. 409 when the task is over; 404 when it is not the platform's."""
    return app.write(tasks.cancel(task_id))
