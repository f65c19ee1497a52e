"""GET /v1/workers: the calling platform's members."""

from gigstream.queries import platforms
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/workers", methods=["GET"], scope="workers:read")
def list_workers(part: Slice) -> Page[platforms.Member]:
    """Who registered last comes first."""
    return app.read(platforms.members(part))
