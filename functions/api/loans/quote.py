"""POST /v1/loans/quote: what an advance would cost a worker, what it is repaid from, and what he has to know of it."""

from dataclasses import asdict

from gigstream.models.loans import NewQuote
from gigstream.queries import loans, risk
from gigstream.rules import advances, forecast
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/loans/quote", methods=["POST"], worker=True, idempotency="none", writes={"state", "audit"})
def quote() -> loans.Offer:
    """Asked twice it is two quotes, which bind nobody: it takes no Idempotency-Key.

    404 for a platform that is not his; 409 while an advance is open, when he does not qualify, or for too much.
    """
    form = app.body(NewQuote)
    predicted = None
    if form.mode == "predictive":
        days = app.read(risk.daily_earnings(form.platform_id))
        predicted = forecast.next_week(forecast.series(days))
    made = app.write(loans.quote(form.platform_id, form.mode, form.amount, predicted), status=201)
    return loans.Offer(
        **asdict(made),
        you_receive=made.amount,
        fee_percent=advances.percent(advances.fee_basis_points(made.mode, made.risk_score)),
        repayment=advances.REPAYMENT[made.mode],
        disclosures=advances.disclosures(made.mode, made.amount, made.fee, made.risk_score),
    )
