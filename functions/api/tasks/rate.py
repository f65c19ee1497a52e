"""POST /v1/tasks/{task_id}/rate: say how well a completed task was done; the worker's reputation follows."""

from uuid import UUID

from gigstream.models.tasks import Rating
from gigstream.queries import tasks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/tasks/{task_id}/rate", methods=["POST"], scope="tasks:write", writes={"state", "outbox", "audit"})
def rate(task_id: UUID) -> tasks.Task:
    """A rating may be changed, which is one more event worth the difference.

    409 when the task is not completed, is rated so already, or an appeal against its rating was granted; 404 when it
    is not the platform's.
    """
    return app.write(tasks.rate(task_id, app.body(Rating).rating))
