"""GET /v1/tasks/{task_id}: one of the caller's tasks."""

from uuid import UUID

from gigstream.queries import tasks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/tasks/{task_id}", methods=["GET"], scope="tasks:read", worker=True)
def get(task_id: UUID) -> tasks.Task:
    """404 when it is not the caller's."""
    return app.read(tasks.get(task_id))
