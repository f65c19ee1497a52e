"""GET /v1/platforms/{platform_id}: the calling platform itself."""

from uuid import UUID

from gigstream.queries import platforms
from gigstream.web import ANY_SCOPE, Endpoint

app = Endpoint(__name__)


@app.route("/v1/platforms/{platform_id}", methods=["GET"], scope=ANY_SCOPE)
def get(platform_id: UUID) -> platforms.Platform:
    """404 for any other platform."""
    return app.read(platforms.get(platform_id))
