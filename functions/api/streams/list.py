"""GET /v1/streams: the caller's streams."""

from datetime import datetime
from uuid import UUID

from gigstream.queries import streams
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/streams", methods=["GET"], scope="streams:read", worker=True)
def list_streams(
    part: Slice,
    *,
    status: streams.Status | None = None,
    task_id: UUID | None = None,
    worker_id: UUID | None = None,
    created_from: datetime | None = None,
    created_to: datetime | None = None,
) -> Page[streams.Stream]:
    """Newest first, created from a moment on and before another."""
    query = streams.mine(
        app.caller.kind,
        part,
        status=status,
        task_id=task_id,
        worker_id=worker_id,
        created_from=created_from,
        created_to=created_to,
    )
    return app.read(query)
