"""What stands round every request: its count, its caller, its idempotency row."""

from collections.abc import Sequence
from uuid import UUID

from gigstream.db import Answer, Limit
from gigstream.queries.base import Query, command, one


def count(key: str, limit: int) -> Query[Limit]:
    """Count a request of `key`, of which `limit` a minute are allowed. RateLimited beyond that."""
    return one(
        Limit, 'SELECT "limit", remaining, reset FROM ops.count_request(%(key)s, %(limit)s)', key=key, limit=limit
    )


def count_key(key_hash: bytes, address: str, limit: int) -> Query[Limit]:
    """Count a request of the platform that has this API key; of the address that it came from, when no platform has."""
    return one(
        Limit,
        'SELECT "limit", remaining, reset FROM ops.count_key_request(%(key_hash)s, %(address)s, %(limit)s)',
        key_hash=key_hash,
        address=address,
        limit=limit,
    )


def act_as_nobody(address: str | None, user_agent: str | None) -> Query[None]:
    """A request without a tenant; its audit rows still say where it came from."""
    return command("SELECT ops.act_as(NULL, NULL, %(address)s, %(user_agent)s)", address=address, user_agent=user_agent)


def act_as_platform(platform_id: UUID) -> Query[None]:
    """A job reads for a platform: what row security would show it, and nothing else."""
    return command("SELECT ops.act_as('platform', %(platform_id)s, NULL, NULL)", platform_id=platform_id)


def authenticate_key(key_hash: bytes, scope: str | None, address: str | None, user_agent: str | None) -> Query[None]:
    """Sign a platform in for this transaction; `scope` is what the route asks for, None if it is not for platforms."""
    return command(
        "SELECT ops.authenticate_key(%(key_hash)s, %(scope)s, %(address)s, %(user_agent)s)",
        key_hash=key_hash,
        scope=scope,
        address=address,
        user_agent=user_agent,
    )


def authenticate_worker(worker_id: UUID, session_id: UUID, address: str | None, user_agent: str | None) -> Query[None]:
    """Sign a worker in for this transaction, unless the session was ended."""
    return command(
        "SELECT ops.authenticate_worker(%(worker_id)s, %(session_id)s, %(address)s, %(user_agent)s)",
        worker_id=worker_id,
        session_id=session_id,
        address=address,
        user_agent=user_agent,
    )


def require_scopes(scopes: Sequence[str]) -> Query[None]:
    """Forbidden when the calling platform's key lacks one of them."""
    return command("SELECT ops.require_scopes(%(scopes)s)", scopes=list(scopes))


def claim(route: str, key: str, request_hash: bytes) -> Query[None]:
    """Take the idempotency key for this transaction; rivals wait. GS020 when it has a stored answer."""
    return command(
        "SELECT ops.claim_request(%(route)s, %(key)s, %(request_hash)s)",
        route=route,
        key=key,
        request_hash=request_hash,
    )


def stored_answer(route: str, key: str) -> Query[Answer]:
    """What the first request with this key was answered."""
    return one(Answer, "SELECT status, body FROM ops.stored_answer(%(route)s, %(key)s)", route=route, key=key)


def store_answer(route: str, key: str, status: int, body: str | None) -> Query[None]:
    """Keep the answer beside what it reports; no body when it holds a secret."""
    return command(
        "SELECT ops.store_answer(%(route)s, %(key)s, %(status)s, %(body)s)",
        route=route,
        key=key,
        status=status,
        body=body,
    )
