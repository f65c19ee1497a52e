"""GET /v1/platforms/{platform_id}/analytics: tasks by outcome, USDC paid and pending, workers, time to complete."""

from uuid import UUID

from gigstream.queries import platforms
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/platforms/{platform_id}/analytics", methods=["GET"], scope="transactions:read")
def analytics(platform_id: UUID) -> platforms.Analytics:
    """404 for any other platform."""
    return app.read(platforms.analytics(platform_id))
