"""GET /v1/streams/{stream_id}: one of the caller's streams."""

from uuid import UUID

from gigstream.queries import streams
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/streams/{stream_id}", methods=["GET"], scope="streams:read", worker=True)
def get(stream_id: UUID) -> streams.Stream:
    """404 when it is not the caller's."""
    return app.read(streams.get(stream_id))
