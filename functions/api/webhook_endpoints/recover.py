"""POST /v1/webhook-endpoints/{endpoint_id}/recover: deliver again what it has missed since a moment, or all."""

from uuid import UUID

from gigstream.models.webhooks import Recovery
from gigstream.queries import webhooks
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/webhook-endpoints/{endpoint_id}/recover",
    methods=["POST"],
    scope="webhooks:write",
    writes={"state", "audit"},
)
def recover(endpoint_id: UUID) -> webhooks.Recovery:
    """404 when it is not the platform's; 409 when it is disabled."""
    form = app.body(Recovery)
    return app.write(webhooks.recover(endpoint_id, since=form.since, events=form.events))
