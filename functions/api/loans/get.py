"""GET /v1/loans/{loan_id}: an advance and its repayments."""

from uuid import UUID

from gigstream.queries import loans
from gigstream.queries.base import Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/loans/{loan_id}", methods=["GET"], worker=True)
def get(loan_id: UUID, part: Slice) -> loans.RepaidLoan:
    """`cursor` and `limit` choose among the repayments, newest first; 404 when the loan is not the worker's."""
    return app.read(loans.with_repayments(loan_id, part))
