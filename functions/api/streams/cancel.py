"""POST /v1/streams/{stream_id}/cancel: end a stream; what has accrued is released, the rest is refunded."""

from uuid import UUID

from gigstream.queries import streams
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/streams/{stream_id}/cancel",
    methods=["POST"],
    scope="streams:write",
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def cancel(stream_id: UUID) -> streams.Stream:
    """409 when the stream is neither active nor paused; 404 when it is not the platform's."""
    return app.write(streams.cancel(stream_id))
