"""Tasks: a fixed price paid on completion, or a stream's."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, LiteralString
from uuid import UUID

from gigstream.queries.base import Jsonb, Page, Query, Slice, one, page

Status = Literal["pending", "active", "completed", "cancelled", "disputed"]

_SELECT: Final = """
    SELECT
        t.id, t.platform_id, t.worker_id, t.task_type, t.amount, t.paid_amount, t.status, t.title, t.description,
        t.metadata, t.verification_data, t.completion_proof, t.rating, t.external_id, t.scheduled_at, t.started_at,
        t.completed_at, t.cancelled_at, t.disputed_at, t.created_at, t.updated_at
    FROM """

# Each side reads along its own index; row security alone would read everybody's.
_MINE: Final[dict[str, LiteralString]] = {
    "platform": "tasks AS t WHERE t.platform_id = ops.tenant()",
    "worker": "tasks AS t WHERE t.worker_id = ops.tenant()",
}


@dataclass(frozen=True, slots=True)
class Task:
    """`amount` is the price and `paid_amount` what it came to in the end, USDC; `rating` is 1..5."""

    id: UUID
    platform_id: UUID
    worker_id: UUID
    task_type: Literal["fixed", "streaming"]
    amount: Decimal
    paid_amount: Decimal
    status: Status
    title: str
    description: str | None
    metadata: dict[str, Any]
    verification_data: dict[str, Any] | None
    completion_proof: str | None
    rating: int | None
    external_id: str | None
    scheduled_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    disputed_at: datetime | None
    created_at: datetime
    updated_at: datetime


def get(task_id: UUID) -> Query[Task]:
    """NotFound unless the caller is one of its two parties."""
    return one(Task, _SELECT + "tasks AS t WHERE t.id = %(task_id)s", task_id=task_id)


def mine(caller: str, part: Slice, *, status: Status | None = None, worker_id: UUID | None = None) -> Query[Page[Task]]:
    """The caller's tasks, newest first."""
    return page(
        Task,
        _SELECT
        + _MINE[caller]
        + """
            AND t.id < %(after)s
            AND (%(status)s::text IS NULL OR t.status = %(status)s)
            AND (%(worker_id)s::uuid IS NULL OR t.worker_id = %(worker_id)s)
        ORDER BY t.id DESC
        LIMIT %(limit)s
        """,
        part,
        status=status,
        worker_id=worker_id,
    )


def create(
    *,
    worker_id: UUID,
    task_type: str,
    amount: Decimal,
    title: str,
    description: str | None,
    metadata: dict[str, Any],
    external_id: str | None,
    scheduled_at: datetime | None,
) -> Query[Task]:
    """A task for one of the caller's workers; its price is held. NotAMember, AlreadyExists, InsufficientFunds."""
    return one(
        Task,
        _SELECT
        + """create_task(
            %(worker_id)s, %(task_type)s, %(amount)s, %(title)s, %(description)s, %(metadata)s, %(external_id)s,
            %(scheduled_at)s
        ) AS t
        """,
        worker_id=worker_id,
        task_type=task_type,
        amount=amount,
        title=title,
        description=description,
        metadata=Jsonb(metadata),
        external_id=external_id,
        scheduled_at=scheduled_at,
    )


def start(task_id: UUID) -> Query[Task]:
    """Start a fixed task. NotFound, WrongState."""
    return one(Task, _SELECT + "start_task(%(task_id)s) AS t", task_id=task_id)


def complete(
    task_id: UUID, *, rating: int | None, completion_proof: str | None, verification_data: dict[str, Any] | None
) -> Query[Task]:
    """Complete a fixed task and pay its price to the worker. NotFound, WrongState."""
    return one(
        Task,
        _SELECT + "complete_task(%(task_id)s, %(rating)s, %(completion_proof)s, %(verification_data)s) AS t",
        task_id=task_id,
        rating=rating,
        completion_proof=completion_proof,
        verification_data=None if verification_data is None else Jsonb(verification_data),
    )


def complete_reported(
    secret_id: UUID,
    *,
    task_id: UUID | None,
    external_id: str | None,
    rating: int | None,
    completion_proof: str | None,
    verification_data: dict[str, Any] | None,
) -> Query[Task]:
    """As complete, for a report signed with an inbound secret. Unauthenticated when that is not the caller's."""
    return one(
        Task,
        _SELECT
        + """complete_reported_task(
            %(secret_id)s, %(task_id)s, %(external_id)s, %(rating)s, %(completion_proof)s, %(verification_data)s
        ) AS t
        """,
        secret_id=secret_id,
        task_id=task_id,
        external_id=external_id,
        rating=rating,
        completion_proof=completion_proof,
        verification_data=None if verification_data is None else Jsonb(verification_data),
    )


def cancel(task_id: UUID) -> Query[Task]:
    """Cancel a task; what its stream has not earned, or its whole price, goes back. NotFound, WrongState."""
    return one(Task, _SELECT + "cancel_task(%(task_id)s) AS t", task_id=task_id)
