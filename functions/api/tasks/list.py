"""GET /v1/tasks: the caller's tasks."""

from uuid import UUID

from gigstream.queries import tasks
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/tasks", methods=["GET"], scope="tasks:read", worker=True)
def list_tasks(part: Slice, status: tasks.Status | None = None, worker_id: UUID | None = None) -> Page[tasks.Task]:
    """Newest first."""
    return app.read(tasks.mine(app.caller.kind, part, status=status, worker_id=worker_id))
