"""GET /v1/platforms/{platform_id}/funding: where to send USDC, and from which wallet it is known as the platform's."""

from uuid import UUID

from gigstream.config import settings
from gigstream.queries import platforms
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/platforms/{platform_id}/funding", methods=["GET"], scope="transactions:read")
def funding(platform_id: UUID) -> platforms.Funding:
    """404 for any other platform."""
    known = settings()
    return app.read(platforms.funding(platform_id, known.arc_chain_id, known.arc_usdc_address, known.custody_address))
