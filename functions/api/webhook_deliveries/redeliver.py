"""POST /v1/webhook-deliveries/{delivery_id}/redeliver: send an event again, now, under the same webhook-id."""

from uuid import UUID

from gigstream.queries import webhooks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/webhook-deliveries/{delivery_id}/redeliver",
    methods=["POST"],
    scope="webhooks:write",
    writes={"state", "audit"},
)
def redeliver(delivery_id: UUID) -> webhooks.Delivery:
    """404 when it is not the platform's; 409 when its endpoint is disabled."""
    return app.write(webhooks.redeliver(delivery_id))
