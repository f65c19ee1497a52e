"""The audit trail's chain of seals."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from gigstream.anchors import Anchor
from gigstream.queries.base import Jsonb, Query, many, one, optional


@dataclass(frozen=True, slots=True)
class Sealed:
    """How many audit rows a seal took."""

    rows: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, in or after which seal, with which audit row."""

    finding: str
    seal: int | None
    audit_id: UUID | None


def seal(limit: int) -> Query[Sealed]:
    """Seal the rows that wait, about `limit` of them; fewer when no more can be sealed yet."""
    return one(Sealed, "SELECT ops.seal_audit(%(limit)s) AS rows", limit=limit)


def head() -> Query[Anchor | None]:
    """The newest seal."""
    return optional(
        Anchor, "SELECT number, encode(digest, 'hex') AS digest FROM ops.audit_seals ORDER BY number DESC LIMIT 1"
    )


def findings(anchors: Sequence[Anchor]) -> Query[list[Finding]]:
    """None is what right looks like. A full pass over the trail."""
    return many(
        Finding,
        "SELECT finding, seal, audit_id FROM ops.verify_audit(%(anchors)s)",
        anchors=Jsonb([asdict(anchor) for anchor in anchors]),
    )
