"""GET /v1/streams/{stream_id}: one of the caller's streams."""

from uuid import UUID

from gigstream.queries import details
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/streams/{stream_id}", methods=["GET"], scope="streams:read", worker=True)
def get(stream_id: UUID, expand: frozenset[details.StreamExpansion] = frozenset()) -> details.StreamDetail:
    """404 when it is not the caller's."""
    return app.read(details.stream(stream_id, expand))
