"""PATCH /v1/platforms/{platform_id}/advance-terms: allow advances on predicted earnings, or forbid them again."""

from uuid import UUID

from gigstream.models.platforms import AdvanceTermsChange
from gigstream.queries import platforms
from gigstream.web import Endpoint

app = Endpoint(__name__)


# Guarded like the account itself.
@app.route(
    "/v1/platforms/{platform_id}/advance-terms", methods=["PATCH"], scope="keys:write", writes={"state", "audit"}
)
def set_advance_terms(platform_id: UUID) -> platforms.AdvanceTerms:
    """Advances that were paid out keep their terms. 404 for any other platform."""
    change = app.body(AdvanceTermsChange)
    return app.write(platforms.set_advance_terms(platform_id, **change.model_dump()))
