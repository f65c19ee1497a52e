"""PATCH /v1/platforms/{platform_id}: a platform changes its name, contact address or wallet."""

from uuid import UUID

from gigstream import proofs
from gigstream.models.platforms import PlatformChange
from gigstream.queries import platforms
from gigstream.web import Endpoint

app = Endpoint(__name__)


# The account itself is guarded like its keys: who may make keys may change whom they belong to.
@app.route("/v1/platforms/{platform_id}", methods=["PATCH"], scope="keys:write", writes={"state", "audit"})
def patch(platform_id: UUID) -> platforms.Platform:
    """404 for any other platform; 409 when another one uses the e-mail or wallet address.

    422 when the wallet has not signed.
    """
    change = app.body(PlatformChange)
    return app.write(
        platforms.update(
            platform_id,
            name=change.name,
            contact_email=change.contact_email,
            wallet=proofs.of_wallet(change.wallet, "set_platform_wallet"),
            balance_low_threshold=change.balance_low_threshold,
        )
    )
