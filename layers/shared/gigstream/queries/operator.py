"""The operator's acts, which belong to neither worker nor platform: under the role `operator`, audited as system."""

from decimal import Decimal
from typing import Literal
from uuid import UUID

from gigstream.queries.base import Query, one
from gigstream.structs import struct


@struct
class Platform:
    """A platform's keys are good while it is active."""

    id: UUID
    name: str
    is_active: bool


@struct
class Funding:
    """A deposit of `amount`, and what the advance pool holds after it, USDC."""

    id: UUID
    amount: Decimal
    pool: Decimal


@struct
class Assignment:
    """A deposit that was in suspense, and what its platform has available with it, USDC."""

    id: UUID
    amount: Decimal
    available: Decimal


@struct
class WriteOff:
    """What came back of the amount advanced, and what the pool has lost of it, USDC."""

    id: UUID
    worker_id: UUID
    recovered: Decimal
    lost: Decimal


@struct
class Resolution:
    """How a disputed task ended: what the worker was paid for it in all, what the platform got back, USDC."""

    id: UUID
    status: Literal["completed", "cancelled"]
    paid: Decimal
    refunded: Decimal


@struct
class Decision:
    """How an appeal ended: the points that its worker got back, and his score with them."""

    id: UUID
    status: Literal["granted", "refused"]
    worker_id: UUID
    points: int
    score: int


def set_platform_active(platform_id: UUID, is_active: bool) -> Query[Platform]:
    """Close a platform or open it again. NotFound; WrongState when it is so already."""
    return one(
        Platform,
        "SELECT id, name, is_active FROM set_platform_active(%(platform_id)s, %(is_active)s)",
        platform_id=platform_id,
        is_active=is_active,
    )


def assign_deposit(deposit_id: UUID, platform_id: UUID) -> Query[Assignment]:
    """Give a deposit that is in suspense to a platform. NotFound; WrongState when it is not in suspense."""
    return one(
        Assignment,
        "SELECT id, amount, available FROM assign_deposit(%(deposit_id)s, %(platform_id)s)",
        deposit_id=deposit_id,
        platform_id=platform_id,
    )


def fund_pool_by(deposit_id: UUID) -> Query[Funding]:
    """Put a deposit that is in suspense into the pool that advances are paid from. NotFound, WrongState."""
    return one(
        Funding, "SELECT id, amount, available AS pool FROM assign_deposit(%(deposit_id)s)", deposit_id=deposit_id
    )


def fund_pool(amount: Decimal) -> Query[Funding]:
    """Put made-up USDC into the pool. Forbidden in live mode. Twice is twice: nothing tells a repetition."""
    return one(Funding, "SELECT id, %(amount)s AS amount, pool FROM fund_pool(%(amount)s)", amount=amount)


def write_off_advance(loan_id: UUID) -> Query[WriteOff]:
    """Give up on an advance. NotFound; WrongState unless it is paid out and not settled."""
    return one(WriteOff, "SELECT id, worker_id, recovered, lost FROM write_off_advance(%(loan_id)s)", loan_id=loan_id)


def resolve_dispute(task_id: UUID, to_worker: int) -> Query[Resolution]:
    """End a dispute: the worker gets `to_worker` basis points of what is held. NotFound, WrongState, Invalid."""
    return one(
        Resolution,
        "SELECT id, status, paid, refunded FROM resolve_dispute(%(task_id)s, %(to_worker)s)",
        task_id=task_id,
        to_worker=to_worker,
    )


def decide_appeal(appeal_id: UUID, grant: bool, reason: str | None) -> Query[Decision]:
    """Give the points back that were appealed for, or not. NotFound; WrongState when it is decided already."""
    return one(
        Decision,
        "SELECT id, status, worker_id, points, score FROM decide_appeal(%(appeal_id)s, %(grant)s, %(reason)s)",
        appeal_id=appeal_id,
        grant=grant,
        reason=reason,
    )
