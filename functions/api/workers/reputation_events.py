"""GET /v1/workers/{worker_id}/reputation/events: what moved his score."""

from uuid import UUID

from gigstream.queries import reputation
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers/{worker_id}/reputation/events", methods=["GET"], scope="workers:read", worker=True)
def reputation_events(worker_id: UUID, part: Slice) -> Page[reputation.ReputationEvent]:
    """Newest first; 404 for another worker, and for a platform that he does not work for."""
    return app.read(reputation.events(worker_id, part))
