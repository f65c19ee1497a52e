"""GET /v1/tasks/{task_id}: one of the caller's tasks."""

from uuid import UUID

from gigstream.queries import details
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/tasks/{task_id}", methods=["GET"], scope="tasks:read", worker=True)
def get(task_id: UUID, expand: frozenset[details.TaskExpansion] = frozenset()) -> details.TaskDetail:
    """404 when it is not the caller's."""
    return app.read(details.task(task_id, expand))
