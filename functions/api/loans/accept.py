"""POST /v1/loans: a worker takes the advance that he was quoted; the money is available to him at once."""

from gigstream.models.loans import Acceptance
from gigstream.queries import loans
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route(
    "/v1/loans",
    methods=["POST"],
    worker=True,
    idempotency="required",
    writes={"state", "ledger", "outbox", "audit"},
)
def accept() -> loans.Loan:
    """404 when the quote is not his; 409 as for a quote, when it is used or too old, and when the pool is short."""
    return app.write(loans.accept(app.body(Acceptance).quote_id), status=201)
