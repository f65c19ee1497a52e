"""POST /v1/streams/{stream_id}/pause: stop a stream's accrual; what has accrued is released first."""

from uuid import UUID

from gigstream.queries import streams
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/streams/{stream_id}/pause",
    methods=["POST"],
    scope="streams:write",
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def pause(stream_id: UUID) -> streams.Stream:
    """409 when the stream is not active; 404 when it is not the platform's."""
    return app.write(streams.pause(stream_id))
