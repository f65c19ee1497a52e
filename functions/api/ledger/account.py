"""GET /v1/ledger/accounts/{account_id}: what an account holds, or held at a past moment."""

from datetime import datetime
from uuid import UUID

from gigstream.queries import ledger
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/ledger/accounts/{account_id}", methods=["GET"], scope="reports:read")
def get_account(account_id: UUID, as_of: datetime | None = None) -> ledger.AccountAt:
    """Now, unless as_of is earlier. 404 when the account is not among the platform's."""
    return app.read(ledger.account(account_id, as_of))
