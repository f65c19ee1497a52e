"""POST /v1/tasks/{task_id}/complete: a fixed task is done; its price goes to the worker."""

from uuid import UUID

from gigstream.models.tasks import Completion
from gigstream.queries import tasks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/tasks/{task_id}/complete",
    methods=["POST"],
    scope="tasks:write",
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def complete(task_id: UUID) -> tasks.Task:
    """409 when the task is not active or is paid by a stream; 404 when it is not the platform's."""
    form = app.body(Completion)
    return app.write(tasks.complete(task_id, **form.model_dump()))
