"""GET /v1/platforms/{platform_id}/workers: the platform's members."""

from uuid import UUID

from gigstream.queries import platforms
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/platforms/{platform_id}/workers", methods=["GET"], scope="workers:read")
def workers(platform_id: UUID, part: Slice) -> Page[platforms.Member]:
    """Who registered last comes first; 404 for any other platform."""
    return app.read(platforms.members_of(platform_id, part))
