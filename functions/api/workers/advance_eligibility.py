"""GET /v1/workers/{worker_id}/advance/eligibility: how much he may have in advance, and what keeps him from more."""

from uuid import UUID

from gigstream.queries import risk
from gigstream.rules import advances, forecast
from gigstream.structs import struct
from gigstream.web import Endpoint

app = Endpoint(__name__)


@struct
class PlatformEligibility:
    """What he may have on his pay from one platform, in each mode."""

    platform_id: UUID
    platform_name: str
    earned: advances.Allowance
    predictive: advances.Allowance


@struct
class Eligibility:
    """By platform; one advance at a time, whichever platform it is on."""

    worker_id: UUID
    platforms: list[PlatformEligibility]


@app.route("/v1/workers/{worker_id}/advance/eligibility", methods=["GET"], worker=True)
def advance_eligibility(worker_id: UUID, platform_id: UUID | None = None) -> Eligibility:
    """For the worker alone: 403 for platforms, 404 for another worker or a platform that he does not work for."""
    now = app.read(risk.standing(worker_id, platform_id))
    found = []
    for one in now.platforms:
        predicted = forecast.next_week(forecast.series(now.days_with(one.platform_id)))
        earned = advances.earned(one.accrued, now.risk)
        predictive = advances.predictive(predicted, one.share_percent, now.risk)
        found.append(PlatformEligibility(one.platform_id, one.platform_name, earned, predictive))
    return Eligibility(worker_id, found)
