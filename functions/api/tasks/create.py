"""POST /v1/tasks: give a task to one of the platform's workers; its price is held."""

from gigstream.models.tasks import NewTask
from gigstream.queries import tasks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/tasks",
    methods=["POST"],
    scope="tasks:write",
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def create() -> tasks.Task:
    """404 when the worker is not the platform's; 409 when its funds are short or the external_id was used before."""
    form = app.body(NewTask)
    return app.write(tasks.create(**form.model_dump()), status=201)
