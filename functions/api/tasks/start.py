"""POST /v1/tasks/{task_id}/start: a fixed task is begun; a streaming one begins with its stream."""

from uuid import UUID

from gigstream.queries import tasks
from gigstream.web import Endpoint

app = Endpoint(__name__)


# A draft is funded when it starts.
@app.route(
    "/v1/tasks/{task_id}/start", methods=["POST"], scope="tasks:write", writes={"state", "ledger", "outbox", "audit"}
)
def start(task_id: UUID) -> tasks.Task:
    """409 when the task is not pending or is paid by a stream; 404 when it is not the platform's."""
    return app.write(tasks.start(task_id))
