"""GET /v1/platforms/{platform_id}/balance: funds available and held, USDC."""

from uuid import UUID

from gigstream.queries import platforms
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/platforms/{platform_id}/balance", methods=["GET"], scope="transactions:read")
def balance(platform_id: UUID) -> platforms.Balance:
    """404 for any other platform."""
    return app.read(platforms.balance(platform_id))
