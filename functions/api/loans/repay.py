"""POST /v1/loans/{loan_id}/repay: a worker pays an advance back before his pay does, in part or in full."""

from uuid import UUID

from gigstream.models.loans import EarlyRepayment
from gigstream.queries import loans
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/loans/{loan_id}/repay",
    methods=["POST"],
    worker=True,
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def repay(loan_id: UUID) -> loans.Loan:
    """Never more than is owed. 404 when the loan is not his; 409 when it is paid back or less is available."""
    form = app.body(EarlyRepayment)
    return app.write(loans.repay(loan_id, form.amount, form.platform_id))
