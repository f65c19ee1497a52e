"""GET /v1/webhook-endpoints/{endpoint_id}/deliveries: what was sent to it, or waits to be, and what it answered."""

from uuid import UUID

from gigstream.queries import webhooks
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/webhook-endpoints/{endpoint_id}/deliveries", methods=["GET"], scope="webhooks:read")
def deliveries(
    endpoint_id: UUID, part: Slice, status: webhooks.DeliveryStatus | None = None
) -> Page[webhooks.Delivery]:
    """Newest first; 404 when the endpoint is not the platform's."""
    return app.read(webhooks.deliveries(endpoint_id, part, status=status))
