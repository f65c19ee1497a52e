"""GET /v1/workers/{worker_id}/tasks: his tasks; a platform sees its own."""

from uuid import UUID

from gigstream.queries import profiles, tasks
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers/{worker_id}/tasks", methods=["GET"], scope="tasks:read", worker=True)
def list_tasks(worker_id: UUID, part: Slice, status: tasks.Status | None = None) -> Page[tasks.Task]:
    """Newest first; 404 for another worker, and for a platform that he does not work for."""
    return app.read(profiles.tasks_of(worker_id, app.caller.kind, part, status))
