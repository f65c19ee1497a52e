"""What stands in the database for Circle's rail: turns at its API, the keys it signs with, notifications, wallets."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gigstream.queries.base import Jsonb, Query, command, many, one


@dataclass(frozen=True, slots=True)
class Turn:
    """When one may go ahead: after so many seconds, or None when that is too far off."""

    seconds: float | None


@dataclass(frozen=True, slots=True)
class Key:
    """A public key of Circle's, DER; None when it is not known yet."""

    public_key: bytes | None


@dataclass(frozen=True, slots=True)
class Stored:
    """`new` is false for what was stored before."""

    new: bool


@dataclass(frozen=True, slots=True)
class OrderedWallet:
    """A worker who is to get a wallet, and the order that he stands in, whose id is Circle's idempotency key."""

    order_id: UUID
    worker_id: UUID


@dataclass(frozen=True, slots=True)
class Wallet:
    """What Circle has made for a worker."""

    worker_id: str
    wallet_id: str
    wallet_address: str


@dataclass(frozen=True, slots=True)
class Given:
    """How many workers got a wallet."""

    workers: int


def take_turn(name: str, interval: timedelta, patience: timedelta) -> Query[Turn]:
    """The next turn at what may be done once an interval, by whomever; it counts as used."""
    return one(
        Turn,
        "SELECT ops.take_turn(%(name)s, %(interval)s, %(patience)s) AS seconds",
        name=name,
        interval=interval,
        patience=patience,
    )


def key(key_id: UUID) -> Query[Key]:
    """The key that Circle signs with under this id."""
    return one(Key, "SELECT ops.circle_key(%(key_id)s) AS public_key", key_id=key_id)


def keep_key(key_id: UUID, public_key: bytes) -> Query[None]:
    """Keep a key that Circle gave."""
    return command("SELECT ops.keep_circle_key(%(key_id)s, %(public_key)s)", key_id=key_id, public_key=public_key)


def store_notification(
    notification_id: UUID, notification_type: str, circle_tx_id: str | None, state: str | None, sent_at: datetime
) -> Query[Stored]:
    """Store a notification, once; the next poll looks at what it is about."""
    return one(
        Stored,
        """
        SELECT store_circle_notification(
            %(notification_id)s, %(notification_type)s, %(circle_tx_id)s, %(state)s, %(sent_at)s
        ) AS new
        """,
        notification_id=notification_id,
        notification_type=notification_type,
        circle_tx_id=circle_tx_id,
        state=state,
        sent_at=sent_at,
    )


def order_wallets(limit: int) -> Query[list[OrderedWallet]]:
    """The order that Circle has yet to carry out, or a new one for workers without a wallet; none is []."""
    return many(OrderedWallet, "SELECT order_id, worker_id FROM order_wallets(%(limit)s)", limit=limit)


def keep_wallets(order_id: UUID, wallets: Sequence[Wallet]) -> Query[Given]:
    """Give an order's workers their wallets. ProviderMismatch unless they are those of its workers."""
    return one(
        Given,
        "SELECT keep_wallets(%(order_id)s, %(wallets)s) AS workers",
        order_id=order_id,
        wallets=Jsonb([asdict(wallet) for wallet in wallets]),
    )
