"""What stands in the database for Circle's rail: settlements, turns at its API, its keys, notifications, wallets."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from gigstream.queries.base import Jsonb, Query, command, many, one
from gigstream.structs import struct


@struct
class Turn:
    """When one may go ahead: after so many seconds, or None when that is too far off."""

    seconds: float | None


@struct
class Key:
    """A public key of Circle's, DER; None when it is not known yet."""

    public_key: bytes | None


@struct
class Stored:
    """`new` is false for what was stored before."""

    new: bool


@struct
class OrderedWallet:
    """A worker who is to get a wallet, and the order that he stands in, whose id is Circle's idempotency key."""

    order_id: UUID
    worker_id: UUID


@struct
class Wallet:
    """What Circle has made for a worker."""

    worker_id: str
    wallet_id: str
    wallet_address: str


@struct
class Given:
    """How many workers got a wallet."""

    workers: int


@struct
class Unsent:
    """A settlement that Circle is not known to have: one payout, USDC."""

    id: UUID
    idempotency_key: UUID
    to_address: str
    amount: Decimal
    created_at: datetime


@struct
class Sent:
    """A settlement that Circle has, under an id of its own."""

    id: UUID
    circle_tx_id: str
    circle_state: str
    to_address: str
    amount: Decimal


@struct
class Asked:
    """How often Circle was asked before."""

    before: int


def unsent(chain_id: int, limit: int) -> Query[list[Unsent]]:
    """The settlements that Circle is to be asked for by now, those never asked for first."""
    return many(
        Unsent,
        """
        SELECT s.id, s.idempotency_key, p.to_address, p.amount, s.created_at
        FROM ops.settlements AS s
        INNER JOIN ops.settlement_payments AS p ON p.settlement_id = s.id
        LEFT JOIN ops.circle_polls AS c ON c.settlement_id = s.id
        WHERE s.rail = 'circle' AND s.chain_id = %(chain_id)s AND s.state IN ('queued', 'reserved')
            AND coalesce(c.due_at <= clock_timestamp(), TRUE)
        ORDER BY c.due_at NULLS FIRST, s.id
        LIMIT %(limit)s
        """,
        chain_id=chain_id,
        limit=limit,
    )


def sent(chain_id: int, limit: int) -> Query[list[Sent]]:
    """The settlements on their way that Circle is to be asked about by now, the longest due first."""
    return many(
        Sent,
        """
        SELECT s.id, s.circle_tx_id, s.circle_state, p.to_address, p.amount
        FROM ops.settlements AS s
        INNER JOIN ops.settlement_payments AS p ON p.settlement_id = s.id
        INNER JOIN ops.circle_polls AS c ON c.settlement_id = s.id
        WHERE s.rail = 'circle' AND s.chain_id = %(chain_id)s AND s.state = 'broadcast'
            AND c.due_at <= clock_timestamp()
        ORDER BY c.due_at, s.id
        LIMIT %(limit)s
        """,
        chain_id=chain_id,
        limit=limit,
    )


def ask(settlement_id: UUID) -> Query[Asked]:
    """Note that Circle is about to be asked to carry a settlement out; from here on it may be on its way."""
    return one(Asked, "SELECT ask_circle(%(id)s) AS before", id=settlement_id)


def note_answer(
    settlement_id: UUID,
    *,
    circle_tx_id: str | None = None,
    state: str | None = None,
    network_fee: Decimal | None = None,
    error: str | None = None,
) -> Query[None]:
    """Note what Circle says of a settlement, the fee in USDC, or why it says nothing."""
    return command(
        "SELECT note_circle_answer(%(id)s, %(circle_tx_id)s, %(state)s, %(network_fee)s, %(error)s)",
        id=settlement_id,
        circle_tx_id=circle_tx_id,
        state=state,
        network_fee=network_fee,
        error=error,
    )


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
    notification_id: UUID,
    notification_type: str,
    *,
    circle_tx_id: str | None,
    reference: UUID | None,
    state: str | None,
    sent_at: datetime,
) -> Query[Stored]:
    """Store a notification, once; the next poll looks at what it is about, by Circle's id or by ours."""
    return one(
        Stored,
        """
        SELECT store_circle_notification(
            %(notification_id)s, %(notification_type)s, %(circle_tx_id)s, %(reference)s, %(state)s, %(sent_at)s
        ) AS new
        """,
        notification_id=notification_id,
        notification_type=notification_type,
        circle_tx_id=circle_tx_id,
        reference=reference,
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
