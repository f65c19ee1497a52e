"""API keys: what a platform signs in with. Of a key everybody but its maker sees the prefix; its hash stays inside."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from gigstream.queries.base import Page, Query, Slice, command, one, page
from gigstream.structs import struct

Scope = Literal[
    "workers:read",
    "workers:write",
    "tasks:read",
    "tasks:write",
    "streams:read",
    "streams:write",
    "transactions:read",
    "transactions:write",
    "webhooks:read",
    "webhooks:write",
    "reports:read",
    "reports:write",
    "keys:read",
    "keys:write",
]

_NEW: Final = """
    SELECT
        k.id, k.prefix, k.name, k.scopes, k.created_at, k.expires_at, NULL AS revoked_at, NULL AS replaced_by,
        NULL AS last_used_at
    FROM """


@struct
class Key:
    """A platform's API key: it opens until `expires_at` or `revoked_at`; `last_used_at` is right to the minute.

    `replaced_by` is the key that a rotation made in its place.
    """

    id: UUID
    prefix: str
    name: str
    scopes: Sequence[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    replaced_by: UUID | None
    last_used_at: datetime | None


@struct
class Announced:
    """How many keys were told of."""

    keys: int


def create(
    *, name: str, scopes: Sequence[Scope], expires_at: datetime | None, key_prefix: str, key_hash: bytes
) -> Query[Key]:
    """A new key for the calling platform. ScopeNotHeld, Invalid when it would expire in the past or after ten years."""
    return one(
        Key,
        _NEW
        + """create_api_key(
            %(name)s, %(scopes)s, %(expires_at)s, %(key_prefix)s, %(key_hash)s
        ) AS k
        """,
        name=name,
        scopes=list(scopes),
        expires_at=expires_at,
        key_prefix=key_prefix,
        key_hash=key_hash,
    )


def rotate(key_id: UUID, *, overlap: timedelta, key_prefix: str, key_hash: bytes) -> Query[Key]:
    """A key in the place of another, which goes on for the overlap. NotFound, WrongState, ScopeNotHeld."""
    return one(
        Key,
        _NEW + "rotate_api_key(%(key_id)s, %(overlap)s, %(key_prefix)s, %(key_hash)s) AS k",
        key_id=key_id,
        overlap=overlap,
        key_prefix=key_prefix,
        key_hash=key_hash,
    )


def revoke(key_id: UUID) -> Query[None]:
    """End a key of the calling platform. NotFound, LastKey."""
    return command("SELECT revoke_api_key(%(key_id)s)", key_id=key_id)


def mine(part: Slice) -> Query[Page[Key]]:
    """The calling platform's keys, those that no longer open anything too."""
    return page(
        Key,
        """
        SELECT
            k.id, k.prefix, k.name, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.replaced_by, u.last_used_at
        FROM ops.api_keys AS k
        LEFT JOIN ops.api_key_uses AS u ON k.id = u.key_id
        WHERE k.platform_id = ops.tenant() AND k.id < %(after)s
        ORDER BY k.id DESC
        LIMIT %(limit)s
        """,
        part,
    )


def announce_expiring(as_of: datetime, limit: int) -> Query[Announced]:
    """Tell platforms of the next `limit` keys that expire within seven days."""
    return one(
        Announced,
        "SELECT announce_expiring_keys(%(as_of)s, %(limit)s) AS keys",
        as_of=as_of,
        limit=limit,
    )
