"""GET /v1/events: everything that the platform is told of, oldest first, to be followed by its cursor."""

from gigstream.queries import webhooks
from gigstream.queries.base import Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/events", methods=["GET"], scope="webhooks:read")
def feed(part: Slice) -> webhooks.Feed:
    """Events come behind the cursor and never before it, so none is missed; keep the cursor and ask again."""
    return app.read(webhooks.feed(part))
