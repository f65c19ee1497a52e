"""Transactions: the lines of money that a worker sees."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, LiteralString
from uuid import UUID

from gigstream.queries.base import Page, Query, Slice, many, one, page
from gigstream.structs import struct

Type = Literal["payout", "advance", "repayment", "fee", "refund"]
Status = Literal["pending", "processing", "completed", "failed"]

_SELECT: Final = """
    SELECT
        x.id, x.worker_id, x.platform_id, x.task_id, x.tx_type, x.amount, x.fee, x.status, x.tx_hash, x.payment_no,
        x.from_address, x.to_address, x.blockchain_confirmations, x.error_message, x.metadata, x.processed_at,
        x.created_at, x.updated_at
    FROM """

# Each side reads along its own index; row security alone would read everybody's.
_MINE: Final[dict[str, LiteralString]] = {
    "platform": "transactions AS x WHERE x.platform_id = ops.tenant()",
    "worker": "transactions AS x WHERE x.worker_id = ops.tenant()",
}


@struct
class Transaction:
    """`amount` and `fee` in USDC; a payout's `tx_hash` is shared by its batch, in which `payment_no` tells it apart."""

    id: UUID
    worker_id: UUID
    platform_id: UUID
    task_id: UUID | None
    tx_type: Type
    amount: Decimal
    fee: Decimal
    status: Status
    tx_hash: str | None
    payment_no: int | None
    from_address: str | None
    to_address: str | None
    blockchain_confirmations: int
    error_message: str | None
    metadata: dict[str, Any]
    processed_at: datetime | None
    created_at: datetime
    updated_at: datetime


@struct
class State:
    """When a transaction came into a state; `error_message` says why it failed."""

    status: Status
    error_message: str | None
    at: datetime


def get(transaction_id: UUID) -> Query[Transaction]:
    """NotFound unless the caller may see it: its worker, or for a payout or refund its platform."""
    return one(
        Transaction, _SELECT + "transactions AS x WHERE x.id = %(transaction_id)s", transaction_id=transaction_id
    )


def history(transaction_id: UUID) -> Query[list[State]]:
    """The states it went through, oldest first, for whoever may see it."""
    return many(
        State,
        """
        SELECT n.status, n.error_message, n.created_at AS at
        FROM ops.transaction_states AS n
        WHERE n.transaction_id = %(transaction_id)s
        ORDER BY n.id
        """,
        transaction_id=transaction_id,
    )


def mine(
    caller: str,
    part: Slice,
    *,
    tx_type: Type | None = None,
    status: Status | None = None,
    worker_id: UUID | None = None,
    task_id: UUID | None = None,
    created_from: datetime | None = None,
    created_to: datetime | None = None,
) -> Query[Page[Transaction]]:
    """The caller's transactions, newest first; created from a moment on and before another."""
    return page(
        Transaction,
        _SELECT
        + _MINE[caller]
        + """
            AND x.id < least(%(after)s, ops.uuid_floor(%(created_to)s::timestamptz + interval '1 second'))
            AND (%(tx_type)s::text IS NULL OR x.tx_type = %(tx_type)s)
            AND (%(status)s::text IS NULL OR x.status = %(status)s)
            AND (%(worker_id)s::uuid IS NULL OR x.worker_id = %(worker_id)s)
            AND (%(task_id)s::uuid IS NULL OR x.task_id = %(task_id)s)
            AND (%(created_from)s::timestamptz IS NULL OR x.created_at >= %(created_from)s)
            AND (%(created_to)s::timestamptz IS NULL OR x.created_at < %(created_to)s)
        ORDER BY x.id DESC
        LIMIT %(limit)s
        """,
        part,
        tx_type=tx_type,
        status=status,
        worker_id=worker_id,
        task_id=task_id,
        created_from=created_from,
        created_to=created_to,
    )


def process_payment(
    worker_id: UUID, platform_id: UUID, amount: Decimal, *, task_id: UUID | None = None
) -> Query[Transaction]:
    """Set `amount` USDC of what the worker has available with the platform aside for a payout. InsufficientFunds."""
    return one(
        Transaction,
        _SELECT + "process_payment(%(worker_id)s, %(platform_id)s, %(amount)s, %(task_id)s) AS x",
        worker_id=worker_id,
        platform_id=platform_id,
        amount=amount,
        task_id=task_id,
    )


def complete_payment(transaction_id: UUID, tx_hash: str, payment_no: int) -> Query[Transaction]:
    """End a payout that is final on chain. NotFound, WrongState when it has ended before."""
    return one(
        Transaction,
        _SELECT + "complete_payment(%(transaction_id)s, %(tx_hash)s, %(payment_no)s) AS x",
        transaction_id=transaction_id,
        tx_hash=tx_hash,
        payment_no=payment_no,
    )


def fail_payment(transaction_id: UUID, error: str) -> Query[Transaction]:
    """End a payout that cannot be paid and is in no settlement. NotFound, WrongState."""
    return one(
        Transaction,
        _SELECT + "fail_payment(%(transaction_id)s, %(error)s) AS x",
        transaction_id=transaction_id,
        error=error,
    )


def retry_payment(transaction_id: UUID) -> Query[Transaction]:
    """Try a failed payout of the calling platform's again, as a new one.

    NotFound; WrongState, AlreadyRetried, NoWallet, InsufficientFunds.
    """
    return one(Transaction, _SELECT + "retry_payment(%(transaction_id)s) AS x", transaction_id=transaction_id)


def request_payout(worker_id: UUID, platform_id: UUID, amount: Decimal | None, minimum: Decimal) -> Query[Transaction]:
    """Pay out what the calling worker has available with a platform: an amount from `minimum` on, or all.

    NotFound; NoWallet, InsufficientFunds; Invalid.
    """
    return one(
        Transaction,
        _SELECT + "request_payout(%(worker_id)s, %(platform_id)s, %(amount)s, %(minimum)s) AS x",
        worker_id=worker_id,
        platform_id=platform_id,
        amount=amount,
        minimum=minimum,
    )
