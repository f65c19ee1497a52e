"""POST /v1/webhook-endpoints: a place to be told of events at; its signing secret is shown once."""

from gigstream import signing, targets
from gigstream.models.webhooks import NewWebhookEndpoint
from gigstream.queries import webhooks
from gigstream.structs import struct
from gigstream.web import Endpoint

app = Endpoint(__name__)


@struct
class Created:
    """The endpoint, and the secret that verifies what it is sent."""

    endpoint: webhooks.WebhookEndpoint
    secret: str


@app.route("/v1/webhook-endpoints", methods=["POST"], scope="webhooks:write", secret=True, writes={"state", "audit"})
def create() -> Created:
    """409 when there are ten already; 422 when the URL leads to an address that is not public."""
    form = app.body(NewWebhookEndpoint)
    targets.check(form.url, "url")
    endpoint = app.write(webhooks.create(**form.model_dump()), status=201)
    return Created(endpoint, signing.shown(signing.endpoint_secret(endpoint.id, 1)))
