"""DELETE /v1/webhook-endpoints/{endpoint_id}: an endpoint goes, with the log of its deliveries."""

from uuid import UUID

from gigstream.queries import webhooks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/webhook-endpoints/{endpoint_id}", methods=["DELETE"], scope="webhooks:write", writes={"state", "audit"})
def delete(endpoint_id: UUID) -> None:
    """404 when it is not the platform's."""
    return app.write(webhooks.delete(endpoint_id))
