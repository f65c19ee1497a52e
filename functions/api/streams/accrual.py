"""GET /v1/streams/{stream_id}/accrual: what a stream has earned by now, and enough to draw how it goes on."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from gigstream.queries import streams
from gigstream.rules.accrual import accrued, rate_per_second
from gigstream.web import Endpoint

app = Endpoint(__name__)


@dataclass(frozen=True, slots=True)
class Accrual:
    """USDC at `as_of`. While active, `anchor_amount` grows by the rate from `anchor_time` on, up to `total`."""

    stream_id: UUID
    status: streams.Status
    as_of: datetime
    accrued: Decimal
    released: Decimal
    releasable: Decimal
    rate_per_second: str
    anchor_time: datetime
    anchor_amount: Decimal
    end_time: datetime
    total: Decimal


@app.route("/v1/streams/{stream_id}/accrual", methods=["GET"], scope="streams:read", worker=True)
def accrual(stream_id: UUID) -> Accrual:
    """A stream that is not active accrues nothing. 404 when it is not the caller's."""
    now = app.read(streams.reading(stream_id))
    curve = (now.total_amount, now.anchor_amount, now.anchor_time, now.end_time)
    active = now.status == "active"
    earned = max(now.released_amount, accrued(*curve, now.as_of)) if active else now.released_amount
    return Accrual(
        stream_id=now.stream_id,
        status=now.status,
        as_of=now.as_of,
        accrued=earned,
        released=now.released_amount,
        releasable=earned - now.released_amount,
        rate_per_second=rate_per_second(*curve) if active else "0." + "0" * 18,
        anchor_time=now.anchor_time,
        anchor_amount=now.anchor_amount,
        end_time=now.end_time,
        total=now.total_amount,
    )
