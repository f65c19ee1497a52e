"""GET /v1/audit-logs/verify: whether the platform's audit rows are still what was sealed."""

from gigstream.queries import audit
from gigstream.queries.base import Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/audit-logs/verify", methods=["GET"], scope="reports:read")
def verify(part: Slice) -> audit.Verification:
    """Looks at a page of rows, newest first; next_cursor leads to the rows before them."""
    return app.read(audit.verify(part))
