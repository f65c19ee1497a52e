"""GET /v1/streams/{stream_id}/accrual: what a stream has earned by now, and enough to draw how it goes on."""

from dataclasses import asdict
from uuid import UUID

from gigstream.queries import streams
from gigstream.rules.accrual import accrued, rate_per_second
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/streams/{stream_id}/accrual", methods=["GET"], scope="streams:read", worker=True)
def accrual(stream_id: UUID) -> streams.Accrual:
    """A stream that is not active stands still at what it has released. 404 when it is not the caller's."""
    now = app.read(streams.reading(stream_id))
    goal, start = (now.total, now.anchor_amount) if now.status == "active" else (now.released, now.released)
    earned = max(now.released, accrued(goal, start, now.anchor_time, now.end_time, now.as_of))
    return streams.Accrual(
        **asdict(now),
        accrued=earned,
        releasable=earned - now.released,
        rate_per_second=rate_per_second(goal, start, now.anchor_time, now.end_time),
    )
