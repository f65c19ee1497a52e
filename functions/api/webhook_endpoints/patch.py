"""PATCH /v1/webhook-endpoints/{endpoint_id}: change its URL, events or description; disable it or enable it again."""

from uuid import UUID

from gigstream import targets
from gigstream.models.webhooks import WebhookEndpointChange
from gigstream.queries import webhooks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/webhook-endpoints/{endpoint_id}", methods=["PATCH"], scope="webhooks:write", writes={"state", "audit"})
def patch(endpoint_id: UUID) -> webhooks.WebhookEndpoint:
    """404 when it is not the platform's; 422 when the URL leads to an address that is not public."""
    change = app.body(WebhookEndpointChange)
    if change.url is not None:
        targets.check(change.url, "url")
    return app.write(webhooks.update(endpoint_id, **change.model_dump()))
