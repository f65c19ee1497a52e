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
    created_from: datetime | None = None,
    created_to: datetime | None = None,
) -> Page[audit.Entry]:
    """Newest first, from created_from on and before created_to."""
    return app.read(
        audit.mine(
            part,
            action=action,
            resource_type=resource_type,
            resource_id=resource_id,
            created_from=created_from,
            created_to=created_to,
        )
    )
