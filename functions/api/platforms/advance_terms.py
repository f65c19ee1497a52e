"""GET /v1/platforms/{platform_id}/advance-terms: whether its workers may have advances on predicted earnings."""

from uuid import UUID

from gigstream.queries import platforms
from gigstream.web import ANY_SCOPE, Endpoint

app = Endpoint(__name__)


@app.route("/v1/platforms/{platform_id}/advance-terms", methods=["GET"], scope=ANY_SCOPE)
def advance_terms(platform_id: UUID) -> platforms.AdvanceTerms:
    """404 for any other platform."""
    return app.read(platforms.advance_terms(platform_id))
