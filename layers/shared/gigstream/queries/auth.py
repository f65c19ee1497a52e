"""Signing up, in and out, and who it is that signed in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from gigstream.queries.base import Query, command, one, optional
from gigstream.queries.wallets import Proof, parameters
from gigstream.structs import struct


@struct
class Credentials:
    """What a password is checked against, if a worker has the e-mail address, and for how long that is locked."""

    worker_id: UUID | None
    password_hash: str | None
    locked_seconds: int | None


@struct
class SignIn:
    """A session that has begun or goes on."""

    worker_id: UUID
    session_id: UUID


@struct
class Attempt:
    """What came of a sign-in: a session, or seconds for which the address is locked, or nothing: it has failed."""

    worker_id: UUID | None
    session_id: UUID | None
    locked_seconds: int | None


@struct
class Principal:
    """Who signed in; `scopes` are those of a platform's key."""

    kind: Literal["worker", "platform"]
    id: UUID
    name: str
    email: str
    scopes: Sequence[str] | None


@struct
class NewPlatform:
    """A platform that has just registered."""

    id: UUID
    name: str
    contact_email: str
    webhook_url: str | None
    wallet_address: str | None
    created_at: datetime
    webhook_endpoint_id: UUID | None


@struct
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
    wallet: Proof | None,
    invite_hash: bytes | None,
    token_hash: bytes,
) -> Query[SignIn]:
    """A new worker and his session. EmailTaken, AlreadyExists for the wallet, WalletProofInvalid, InviteInvalid."""
    return one(
        SignIn,
        """
        SELECT worker_id, session_id FROM register_worker(
            %(name)s, %(email)s, %(password_hash)s,
            ROW(%(address)s, %(nonce)s, %(valid_from)s, %(valid_until)s)::ops.wallet_proof,
            %(invite_hash)s, %(token_hash)s
        )
        """,
        name=name,
        email=email,
        password_hash=password_hash,
        **parameters(wallet),
        invite_hash=invite_hash,
        token_hash=token_hash,
    )


def credentials(email: str) -> Query[Credentials]:
    """Of this e-mail address, whether or not a worker has it."""
    return one(Credentials, "SELECT worker_id, password_hash, locked_seconds FROM credentials(%(email)s)", email=email)


def sign_in(email: str, worker_id: UUID | None, *, invite_hash: bytes | None, token_hash: bytes) -> Query[Attempt]:
    """A session for the worker whose password was right; None counts as a failure. InviteInvalid."""
    return one(
        Attempt,
        """
        SELECT worker_id, session_id, locked_seconds
        FROM sign_in(%(email)s, %(worker_id)s, %(invite_hash)s, %(token_hash)s)
        """,
        email=email,
        worker_id=worker_id,
        invite_hash=invite_hash,
        token_hash=token_hash,
    )


def wallet_sign_in(proof: Proof | None, *, token_hash: bytes) -> Query[SignIn | None]:
    """A session for the worker who has this wallet; None when nobody has, or the proof is no longer good."""
    return optional(
        SignIn,
        """
        SELECT worker_id, session_id FROM wallet_sign_in(
            ROW(%(address)s, %(nonce)s, %(valid_from)s, %(valid_until)s)::ops.wallet_proof, %(token_hash)s
        )
        """,
        **parameters(proof),
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
    wallet: Proof | None,
    key_prefix: str,
    key_hash: bytes,
    scopes: Sequence[str],
) -> Query[NewPlatform]:
    """A new platform, its first key, and with a `webhook_url` its first webhook endpoint.

    EmailTaken, AlreadyExists for the wallet, WalletProofInvalid.
    """
    return one(
        NewPlatform,
        """
        SELECT id, name, contact_email, webhook_url, wallet_address, created_at, webhook_endpoint_id
        FROM register_platform(
            %(name)s, %(contact_email)s, %(webhook_url)s,
            ROW(%(address)s, %(nonce)s, %(valid_from)s, %(valid_until)s)::ops.wallet_proof,
            %(key_prefix)s, %(key_hash)s, %(scopes)s
        )
        """,
        name=name,
        contact_email=contact_email,
        webhook_url=webhook_url,
        **parameters(wallet),
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
