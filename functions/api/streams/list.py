"""GET /v1/streams: the caller's streams."""

from uuid import UUID

from gigstream.queries import streams
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/streams", methods=["GET"], scope="streams:read", worker=True)
def list_streams(
    part: Slice, status: streams.Status | None = None, task_id: UUID | None = None, worker_id: UUID | None = None
) -> Page[streams.Stream]:
    """Newest first."""
    return app.read(streams.mine(app.caller.kind, part, status=status, task_id=task_id, worker_id=worker_id))
