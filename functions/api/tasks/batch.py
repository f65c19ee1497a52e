"""POST /v1/tasks/batch: give up to 100 tasks at once; one that fails costs the others nothing."""

from gigstream.models.tasks import NewTasks
from gigstream.queries import tasks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/tasks/batch",
    methods=["POST"],
    scope="tasks:write",
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def batch() -> tasks.Batch:
    """200 whatever became of the items: each has its own result, with the error that POST /v1/tasks would answer."""
    form = app.body(NewTasks)
    return app.write(tasks.create_many(form.model_dump(mode="json")["tasks"]))
