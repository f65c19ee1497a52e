"""Signing up, in and out, and who it is that signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from gigstream.queries.base import Query, command, one, optional


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a worker's password is checked against."""

    worker_id: UUID
    password_hash: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """A session that has begun or goes on."""

    worker_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True)
class Principal:
    """Who signed in; `scopes` are those of a platform's key."""

    kind: Literal["worker", "platform"]
    id: UUID
    name: str
    email: str
    scopes: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class NewPlatform:
    """A platform that has just registered."""

    id: UUID
    name: str
    contact_email: str
    webhook_url: str | None
    wallet_address: str | None
    created_at: datetime
    webhook_endpoint_id: UUID | None


@dataclass(frozen=True, slots=True)
class Invite:
    """An invite that waits to be accepted."""

    id: UUID
    email: str
    name: str | None
    expires_at: datetime


def register_worker(
    *,
    name: str,
    email: str,
    password_hash: str,
    wallet_address: str | None,
    invite_hash: bytes | None,
    token_hash: bytes,
) -> Query[SignIn]:
    """A new worker and his session. EmailTaken, AlreadyExists for the wallet address, InviteInvalid."""
    return one(
        SignIn,
        """
        SELECT worker_id, session_id FROM register_worker(
            %(name)s, %(email)s, %(password_hash)s, %(wallet_address)s, %(invite_hash)s, %(token_hash)s
        )
        """,
        name=name,
        email=email,
        password_hash=password_hash,
        wallet_address=wallet_address,
        invite_hash=invite_hash,
        token_hash=token_hash,
    )


def credentials(email: str) -> Query[Credentials | None]:
    """Of the worker with this e-mail address, if there is one."""
    return optional(Credentials, "SELECT worker_id, password_hash FROM credentials(%(email)s)", email=email)


def sign_in(worker_id: UUID, *, invite_hash: bytes | None, token_hash: bytes) -> Query[SignIn]:
    """A session for a worker whose password was right. InviteInvalid."""
    return one(
        SignIn,
        "SELECT worker_id, session_id FROM sign_in(%(worker_id)s, %(invite_hash)s, %(token_hash)s)",
        worker_id=worker_id,
        invite_hash=invite_hash,
        token_hash=token_hash,
    )


def refresh_session(*, token_hash: bytes, next_hash: bytes) -> Query[SignIn | None]:
    """The session goes on with another token; None when this one was used before, which has ended the session."""
    return optional(
        SignIn,
        "SELECT worker_id, session_id FROM refresh_session(%(token_hash)s, %(next_hash)s)",
        token_hash=token_hash,
        next_hash=next_hash,
    )


def sign_out() -> Query[None]:
    """End the caller's session."""
    return command("SELECT sign_out()")


def who_am_i() -> Query[Principal]:
    """The caller."""
    return one(Principal, "SELECT kind, id, name, email, scopes FROM who_am_i()")


def register_platform(
    *,
    name: str,
    contact_email: str,
    webhook_url: str | None,
    wallet_address: str | None,
    key_prefix: str,
    key_hash: bytes,
    scopes: Sequence[str],
) -> Query[NewPlatform]:
    """A new platform, its first key, and with a `webhook_url` its first webhook endpoint.

    EmailTaken, AlreadyExists for the wallet address.
    """
    return one(
        NewPlatform,
        """
        SELECT id, name, contact_email, webhook_url, wallet_address, created_at, webhook_endpoint_id
        FROM register_platform(
            %(name)s, %(contact_email)s, %(webhook_url)s, %(wallet_address)s, %(key_prefix)s, %(key_hash)s, %(scopes)s
        )
        """,
        name=name,
        contact_email=contact_email,
        webhook_url=webhook_url,
        wallet_address=wallet_address,
        key_prefix=key_prefix,
        key_hash=key_hash,
        scopes=list(scopes),
    )


def invite_worker(*, email: str, name: str | None, token_hash: bytes) -> Query[Invite]:
    """An invite from the calling platform, good for 14 days. AlreadyExists when a member has the address."""
    return one(
        Invite,
        "SELECT id, email, name, expires_at FROM invite_worker(%(email)s, %(name)s, %(token_hash)s)",
        email=email,
        name=name,
        token_hash=token_hash,
    )
