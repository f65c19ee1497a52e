"""GET /v1/ready: the database answers, and which migration it has."""

from gigstream.queries import service
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/ready", methods=["GET"], public=True)
def ready() -> service.Readiness:
    """503 with Retry-After when the database does not answer."""
    return app.read(service.readiness())
