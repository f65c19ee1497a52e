"""POST /v1/streams/{stream_id}/top-up: add to a stream's total; what has accrued is released first."""

from uuid import UUID

from gigstream.models.streams import TopUp
from gigstream.queries import streams
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/streams/{stream_id}/top-up",
    methods=["POST"],
    scope="streams:write",
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def top_up(stream_id: UUID) -> streams.Stream:
    """With a new end, or the rest accrues faster to the same one.

    409 when the stream is neither active nor paused, its task is disputed or the platform's funds are short; 404 when
    it is not the platform's; 422 for an end that is not ahead or more than a year away.
    """
    form = app.body(TopUp)
    return app.write(streams.top_up(stream_id, amount=form.amount, end_time=form.end_time))
