"""POST /v1/webhook-endpoints/{endpoint_id}/test: send it an event of no meaning, webhook_endpoint.test."""

from uuid import UUID

from gigstream.queries import webhooks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/webhook-endpoints/{endpoint_id}/test", methods=["POST"], scope="webhooks:write", writes={"state", "outbox"}
)
def test(endpoint_id: UUID) -> webhooks.Delivery:
    """404 when it is not the platform's; 409 when it is disabled."""
    return app.write(webhooks.test(endpoint_id), status=201)
