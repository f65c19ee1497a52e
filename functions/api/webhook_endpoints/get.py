"""GET /v1/webhook-endpoints/{endpoint_id}: one webhook endpoint, and how it does."""

from uuid import UUID

from gigstream.queries import webhooks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/webhook-endpoints/{endpoint_id}", methods=["GET"], scope="webhooks:read")
def get(endpoint_id: UUID) -> webhooks.WebhookEndpoint:
    """404 when it is not the platform's."""
    return app.read(webhooks.get(endpoint_id))
