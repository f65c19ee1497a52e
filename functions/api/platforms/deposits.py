"""POST /v1/platforms/{platform_id}/deposits: play money, in test mode; live deposits come from the chain."""

from uuid import UUID

from gigstream.models.platforms import NewDeposit
from gigstream.queries import platforms
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/platforms/{platform_id}/deposits",
    methods=["POST"],
    scope="transactions:write",
    idempotency="required",
    test_only=True,
    writes={"state", "ledger", "audit"},
)
def deposit(platform_id: UUID) -> platforms.Deposit:
    """404 for any other platform, and in live mode."""
    form = app.body(NewDeposit)
    return app.write(platforms.deposit(platform_id, form.amount), status=201)
