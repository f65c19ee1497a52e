"""POST /v1/webhooks/task-completed/rotate-secret: a secret to sign reports with, shown once; older ones end in 24 h."""

from uuid import UUID

from gigstream import signing
from gigstream.queries import webhooks
from gigstream.structs import struct
from gigstream.web import Endpoint

app = Endpoint(__name__)


@struct
class Made:
    """The secret, and the id that goes with each signature in the header webhook-secret-id."""

    id: UUID
    secret: str


@app.route(
    "/v1/webhooks/task-completed/rotate-secret",
    methods=["POST"],
    scope="webhooks:write",
    secret=True,
    writes={"state", "audit"},
)
def rotate_secret() -> Made:
    """The first call makes the first secret: until then no report is taken."""
    made = app.write(webhooks.rotate_inbound_secret(), status=201)
    return Made(made.id, signing.shown(signing.inbound_secret(made.id)))
