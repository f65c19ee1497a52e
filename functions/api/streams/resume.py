"""POST /v1/streams/{stream_id}/resume: let a paused stream accrue again; its end moves by the pause."""

from uuid import UUID

from gigstream.queries import streams
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/streams/{stream_id}/resume",
    methods=["POST"],
    scope="streams:write",
    idempotency="required",
    writes={"state", "outbox", "audit"},
)
def resume(stream_id: UUID) -> streams.Stream:
    """409 when the stream is not paused; 404 when it is not the platform's."""
    return app.write(streams.resume(stream_id))
