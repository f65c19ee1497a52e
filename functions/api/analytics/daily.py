"""GET /v1/analytics/daily: a platform's UTC days in figures."""

from datetime import date

from gigstream.queries import analytics
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/analytics/daily", methods=["GET"], scope="reports:read")
def daily(from_date: date | None = None, to_date: date | None = None) -> analytics.Days:
    """Both days included, at most 366 and none to come; the 30 days up to today, or up to or from the day named."""
    return app.read(analytics.daily(from_date, to_date))
