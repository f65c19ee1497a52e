"""A worker's tokens: the access token, signed and for 15 minutes, and the refresh token of his session.

Apart from `auth`, because only workers' requests need PyJWT, and a cold start feels it.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt

from gigstream import clock
from gigstream.auth import Secret, Tokens, Worker
from gigstream.config import settings
from gigstream.errors import Unauthenticated

ACCESS_LIFETIME = timedelta(minutes=15)

_ALGORITHM = "HS256"
_AUDIENCE = "gigstream-api"


def issue(worker_id: UUID, session_id: UUID, refresh: Secret) -> Tokens:
    """A new access token beside the session's newest refresh token."""
    token = access_token(worker_id, session_id)
    return Tokens(worker_id, token, refresh.text, "Bearer", int(ACCESS_LIFETIME.total_seconds()))


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


def _issuer() -> str:
    """A test token is a stranger in live mode."""
    return f"gigstream-{settings().mode}"
