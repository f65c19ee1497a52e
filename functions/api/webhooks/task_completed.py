"""POST /v1/webhooks/task-completed: a platform's system reports, signed, that a fixed task is done; it is paid."""

from gigstream.models.webhooks import TaskReport
from gigstream.queries import tasks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/webhooks/task-completed",
    methods=["POST"],
    scope="tasks:write",
    signed=True,
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def task_completed() -> tasks.Task:
    """401 for a signature that is wrong or older than five minutes; 404 and 409 as for a completion by id."""
    form = app.body(TaskReport)
    return app.write(tasks.complete_reported(app.signer, **form.model_dump()))
