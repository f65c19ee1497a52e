"""GET /v1/streams/{stream_id}/releases: what a stream has paid to its worker."""

from uuid import UUID

from gigstream.queries import streams
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/streams/{stream_id}/releases", methods=["GET"], scope="streams:read", worker=True)
def releases(stream_id: UUID, part: Slice) -> Page[streams.Release]:
    """Newest first; 404 when the stream is not the caller's."""
    return app.read(streams.releases(stream_id, part))
