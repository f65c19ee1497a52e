"""POST /v1/streams/{stream_id}/release: pay the worker what a stream has accrued, now and not at its next interval."""

from uuid import UUID

from gigstream.queries import streams
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/streams/{stream_id}/release",
    methods=["POST"],
    scope="streams:write",
    worker=True,
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def release(stream_id: UUID) -> streams.Stream:
    """409 when the stream is not active; 404 when it is not the caller's; 429 when its worker asked a minute ago."""
    return app.write(streams.release(stream_id))
