"""GET /v1/audit-logs: what the platform's keys have done."""

from datetime import datetime
from uuid import UUID

from gigstream.queries import audit
from gigstream.queries.base import Page, Slice
from gigstream.web import Endpoint

app = Endpoint(__name__)


@app.route("/v1/audit-logs", methods=["GET"], scope="reports:read")
def list_audit_logs(
    part: Slice,
    *,
    action: str | None = None,
    resource_type: str | None = None,
    resource_id: UUID | None = None,
    from_time: datetime | None = None,
    to_time: datetime | None = None,
) -> Page[audit.Entry]:
    """Newest first, from from_time on and before to_time."""
    return app.read(
        audit.mine(
            part,
            action=action,
            resource_type=resource_type,
            resource_id=resource_id,
            from_time=from_time,
            to_time=to_time,
        )
    )
