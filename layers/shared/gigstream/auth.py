"""Who is calling: a platform by its API key, a worker by an access token. A secret is shown once; its hash is kept."""

import hashlib
import hmac
import secrets
import string
import zlib
from datetime import timedelta
from typing import Any, Final, Literal, get_args
from uuid import UUID, uuid4

import jwt

from gigstream import clock
from gigstream.config import settings
from gigstream.errors import Unauthenticated
from gigstream.queries.keys import Scope
from gigstream.structs import struct

SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

ACCESS_LIFETIME = timedelta(minutes=15)

_ALGORITHM = "HS256"
_AUDIENCE = "gigstream-api"
_ALPHABET = string.digits + string.ascii_letters
_RANDOM = 43  # 62 ** 43 > 2 ** 256
_CHECKSUM = 6
_SHOWN = 8


@struct
class Caller:
    """Who sent the request. Which platform it is only the database knows."""

    kind: Literal["worker", "platform", "public"]


@struct
class Worker(Caller):
    """A worker, and the session that the access token came from."""

    id: UUID
    session_id: UUID


@struct
class Secret:
    """A random token: `text` is shown once, `hash` is kept."""

    text: str
    hash: bytes

    @classmethod
    def new(cls) -> "Secret":
        """256 random bits."""
        return cls.of(secrets.token_urlsafe(32))

    @classmethod
    def of(cls, text: str) -> "Secret":
        """One that somebody hands in. So much chance needs no slow hash."""
        return cls(text, hashlib.sha256(text.encode()).digest())


@struct
class ApiKey:
    """gs_test_ or gs_live_, 256 random bits, a checksum. `prefix` may be shown, `text` shown once, `hash` is kept."""

    text: str

    @classmethod
    def new(cls) -> "ApiKey":
        body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
        return cls(_start() + body + _checksum(_start() + body))

    @classmethod
    def parse(cls, text: str) -> "ApiKey":
        """Raises Unauthenticated for a mistyped key or one of the other mode: neither is worth asking the database."""
        body, checksum = text[:-_CHECKSUM], text[-_CHECKSUM:]
        if not (text.isascii() and text.startswith(_start()) and len(text) == len(_start()) + _RANDOM + _CHECKSUM):
            raise Unauthenticated
        if _checksum(body) != checksum:
            raise Unauthenticated
        return cls(text)

    @property
    def prefix(self) -> str:
        return self.text[: len(_start()) + _SHOWN]

    @property
    def hash(self) -> bytes:
        return hmac.digest(settings().api_key_pepper, self.text.encode(), "sha256")


@struct
class Tokens:
    """What a worker gets who signs in; `expires_in` is the access token's, in seconds."""

    worker_id: UUID
    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"]
    expires_in: int

    @classmethod
    def issue(cls, worker_id: UUID, session_id: UUID, refresh: Secret) -> "Tokens":
        """A new access token beside the session's newest refresh token."""
        token = access_token(worker_id, session_id)
        return cls(worker_id, token, refresh.text, "Bearer", int(ACCESS_LIFETIME.total_seconds()))


def access_token(worker_id: UUID, session_id: UUID) -> str:
    """A worker's token for 15 minutes, or until the session ends."""
    now = clock.now()
    claims = {
        "iss": _issuer(),
        "aud": _AUDIENCE,
        "sub": str(worker_id),
        "sid": str(session_id),
        "jti": str(uuid4()),
        "typ": "access",
        "iat": now,
        "exp": now + ACCESS_LIFETIME,
    }
    return jwt.encode(claims, settings().jwt_secret, _ALGORITHM)


def read_access_token(token: str) -> Worker:
    """The worker that a token names. Raises Unauthenticated unless every claim is there and right."""
    try:
        claims = _claims(token)
        if claims["typ"] != "access":
            raise Unauthenticated
        return Worker("worker", UUID(claims["sub"]), UUID(claims["sid"]))
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        raise Unauthenticated from None


def _claims(token: str) -> dict[str, Any]:
    """What a token says. One that another function has just signed with a new secret makes us ask for it."""
    try:
        return _verified(token)
    except jwt.InvalidSignatureError:
        if not settings().renew_secrets():
            raise
        return _verified(token)


def _verified(token: str) -> dict[str, Any]:
    """Its claims, signed with the present secret or the one before. Raises jwt.InvalidTokenError."""
    *others, last = settings().jwt_secrets
    for secret in others:
        try:
            return _decoded(token, secret)
        except jwt.InvalidSignatureError:
            continue
    return _decoded(token, last)


def _decoded(token: str, secret: bytes) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        token,
        secret,
        algorithms=[_ALGORITHM],
        issuer=_issuer(),
        audience=_AUDIENCE,
        options={"require": ["iss", "aud", "sub", "sid", "jti", "typ", "iat", "exp"]},
    )
    return claims


def _start() -> str:
    return f"gs_{settings().mode}_"


def _issuer() -> str:
    """A test token is a stranger in live mode."""
    return f"gigstream-{settings().mode}"


def _checksum(text: str) -> str:
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(_CHECKSUM):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
