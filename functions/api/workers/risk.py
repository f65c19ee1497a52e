"""GET /v1/workers/{worker_id}/risk: his risk score for a predictive advance, its factors, and what keeps him out."""

from uuid import UUID

from gigstream.queries import risk
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers/{worker_id}/risk", methods=["GET"], worker=True)
def assess(worker_id: UUID) -> risk.Risk:
    """For the worker alone: 403 for platforms, 404 for another worker."""
    return app.read(risk.assessment(worker_id))
