"""GET /v1/webhook-endpoints: where the platform is told of events."""

from gigstream.queries import webhooks
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/webhook-endpoints", methods=["GET"], scope="webhooks:read")
def mine(part: Slice) -> Page[webhooks.WebhookEndpoint]:
    """Newest first."""
    return app.read(webhooks.mine(part))
