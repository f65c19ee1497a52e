"""GET /v1/workers/{worker_id}/streams: his streams; a platform sees its own."""

from uuid import UUID

from gigstream.queries import profiles, streams
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers/{worker_id}/streams", methods=["GET"], scope="streams:read", worker=True)
def list_streams(worker_id: UUID, part: Slice, status: streams.Status | None = None) -> Page[streams.Stream]:
    """Newest first; 404 for another worker, and for a platform that he does not work for."""
    return app.read(profiles.streams_of(worker_id, app.caller.kind, part, status))
