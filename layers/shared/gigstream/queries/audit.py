"""The audit trail: who did what, and the chain of seals that keeps it honest."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from gigstream.anchors import Anchor
from gigstream.queries.base import Jsonb, Page, Query, Slice, encode_cursor, many, one, optional, page
from gigstream.structs import struct


@struct
class Sealed:
    """How many audit rows a seal took."""

    rows: int


@struct
class Finding:
    """What is wrong, in or after which seal, with which audit row."""

    finding: str
    seal: int | None
    audit_id: UUID | None


@struct
class Entry:
    """An act of the caller's: `metadata` names what was changed, never its values."""

    id: UUID
    actor_id: UUID
    actor_type: Literal["worker", "platform"]
    action: str
    resource_type: str
    resource_id: UUID | None
    metadata: dict[str, Any]
    ip_address: str | None
    user_agent: str | None
    created_at: datetime


@struct
class OwnFinding:
    """What is wrong with an audit row of the caller's, and the number of the seal that says so, if one does."""

    audit_id: UUID
    seal: int | None
    finding: Literal["row edited", "row deleted", "row inserted", "seal broken"]


@struct
class Verification:
    """A page of the caller's rows against their seals: `checked` of them, `waiting` for the next seal, one a minute.

    The rest stand in seals from `first_seal` to `last_seal`, each of which was compared with the chain.
    """

    ok: bool
    checked: int
    waiting: int
    first_seal: int | None
    last_seal: int | None
    findings: list[OwnFinding]
    next_cursor: str | None


@struct
class _Verified:
    """A row of the caller's that was looked at."""

    audit_id: UUID
    seal: int | None
    finding: Literal["row edited", "row deleted", "row inserted", "seal broken"] | None


def mine(
    part: Slice,
    *,
    action: str | None = None,
    resource_type: str | None = None,
    resource_id: UUID | None = None,
    created_from: datetime | None = None,
    created_to: datetime | None = None,
) -> Query[Page[Entry]]:
    """The caller's own acts, newest first."""
    # An id is made just before its row's time is taken: ids find the place to read from, times say what is wanted.
    return page(
        Entry,
        """
        SELECT
            a.id, a.actor_id, a.actor_type, a.action, a.resource_type, a.resource_id, a.metadata,
            host(a.ip_address) AS ip_address, a.user_agent, a.created_at
        FROM audit_logs AS a
        WHERE a.actor_id = ops.tenant()
            AND a.id < %(after)s
            AND (%(action)s::text IS NULL OR a.action = %(action)s)
            AND (%(resource_type)s::text IS NULL OR a.resource_type = %(resource_type)s)
            AND (%(resource_id)s::uuid IS NULL OR a.resource_id = %(resource_id)s)
            AND (
                %(created_from)s::timestamptz IS NULL
                OR (a.id >= ops.uuid_floor(%(created_from)s - interval '1 minute') AND a.created_at >= %(created_from)s)
            )
            AND (
                %(created_to)s::timestamptz IS NULL
                OR (a.id < ops.uuid_floor(%(created_to)s) AND a.created_at < %(created_to)s)
            )
        ORDER BY a.id DESC
        LIMIT %(limit)s
        """,
        part,
        action=action,
        resource_type=resource_type,
        resource_id=resource_id,
        created_from=created_from,
        created_to=created_to,
    )


def verify(part: Slice) -> Query[Verification]:
    """Compare a page of the caller's own rows, newest first, with what was sealed of them."""

    def collect(rows: list[_Verified]) -> Verification:
        looked_at = rows[: part.limit]
        findings = [OwnFinding(one.audit_id, one.seal, one.finding) for one in looked_at if one.finding]
        seals = [one.seal for one in looked_at if one.seal is not None]
        return Verification(
            ok=not findings,
            checked=len(looked_at),
            waiting=sum(one.seal is None and one.finding is None for one in looked_at),
            first_seal=min(seals, default=None),
            last_seal=max(seals, default=None),
            findings=findings,
            next_cursor=encode_cursor(looked_at[-1].audit_id) if len(rows) > part.limit else None,
        )

    return Query(
        "SELECT v.audit_id, v.seal, v.finding FROM ops.verify_own_audit(%(after)s, %(limit)s) AS v",
        {"after": part.after, "limit": part.limit + 1},
        _Verified,
        collect,
    )


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
