"""GET /v1/tasks: the caller's tasks."""

from datetime import datetime
from uuid import UUID

from gigstream.queries import tasks
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/tasks", methods=["GET"], scope="tasks:read", worker=True)
def list_tasks(
    part: Slice,
    *,
    status: tasks.Status | None = None,
    worker_id: UUID | None = None,
    task_type: tasks.Type | None = None,
    external_id: str | None = None,
    created_from: datetime | None = None,
    created_to: datetime | None = None,
) -> Page[tasks.Task]:
    """Newest first, created from a moment on and before another."""
    query = tasks.mine(
        app.caller.kind,
        part,
        status=status,
        worker_id=worker_id,
        task_type=task_type,
        external_id=external_id,
        created_from=created_from,
        created_to=created_to,
    )
    return app.read(query)
