"""POST /v1/webhook-endpoints/{endpoint_id}/rotate-secret: a new secret, shown once; the old one signs too for a day."""

from datetime import datetime
from uuid import UUID

from gigstream import signing
from gigstream.queries import webhooks
from gigstream.structs import struct
from gigstream.web import Endpoint

app = Endpoint(__name__)


@struct
class Rotated:
    """The secret that signs from now on, and until when there is a second signature with the one before."""

    secret: str
    previous_until: datetime


@app.route(
    "/v1/webhook-endpoints/{endpoint_id}/rotate-secret",
    methods=["POST"],
    scope="webhooks:write",
    secret=True,
    writes={"state", "audit"},
)
def rotate_secret(endpoint_id: UUID) -> Rotated:
    """404 when it is not the platform's."""
    made = app.write(webhooks.rotate_secret(endpoint_id))
    secret = signing.endpoint_secret(made.endpoint_id, made.secret_version)
    return Rotated(signing.shown(secret), made.previous_until)
