"""Tasks: a fixed price paid on completion, or a stream's."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, LiteralString
from uuid import UUID

from gigstream.errors import FIELD_OF_CONSTRAINT, by_sqlstate
from gigstream.queries.base import Jsonb, Page, Query, Slice, one, optional, page
from gigstream.structs import struct

Status = Literal["pending", "active", "completed", "cancelled", "disputed"]
Type = Literal["fixed", "streaming"]

_SELECT: Final = """
    SELECT
        t.id, t.platform_id, t.worker_id, t.task_type, t.amount, t.paid_amount, t.status, t.title, t.description,
        t.metadata, t.verification_data, t.completion_proof, t.rating, t.external_id, t.scheduled_at, t.started_at,
        t.completed_at, t.cancelled_at, t.disputed_at, t.created_at, t.updated_at
    FROM """

_DISPUTE: Final = """
    SELECT
        d.id, d.task_id, d.filed_by, d.reason,
        CASE WHEN d.resolved_at IS NULL THEN 'open' ELSE 'resolved' END AS status,
        d.to_worker, d.created_at, d.resolved_at
    FROM """

# Each side reads along its own index; row security alone would read everybody's.
_MINE: Final[dict[str, LiteralString]] = {
    "platform": "tasks AS t WHERE t.platform_id = ops.tenant()",
    "worker": "tasks AS t WHERE t.worker_id = ops.tenant()",
}


# The task of something else, by its id.
_OF: Final[dict[str, LiteralString]] = {
    "stream": "(SELECT s.task_id FROM streams AS s WHERE s.id = %(id)s)",
    "transaction": "(SELECT x.task_id FROM transactions AS x WHERE x.id = %(id)s)",
}


@struct
class Task:
    """`amount` is the price and `paid_amount` what it came to in the end, USDC; `rating` is 1..5."""

    id: UUID
    platform_id: UUID
    worker_id: UUID
    task_type: Type
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


@struct
class Dispute:
    """Who filed it and why; `to_worker` is what the operator gave the worker of what was held, in basis points."""

    id: UUID
    task_id: UUID
    filed_by: Literal["worker", "platform"]
    reason: str
    status: Literal["open", "resolved"]
    to_worker: int | None
    created_at: datetime
    resolved_at: datetime | None


@struct
class Failure:
    """Why an item of a batch was not created, as the answer to it alone would say; `field` is the item's."""

    code: str
    message: str
    field: str | None


@struct
class BatchItem:
    """What became of the item at `index`, from 0: a task when it was created, an error when it failed."""

    index: int
    status: Literal["created", "failed"]
    task: Task | None
    error: Failure | None


@struct
class Batch:
    """The items of a batch in the order in which they were sent, and how many were `created` and `failed`."""

    created: int
    failed: int
    data: list[BatchItem]


def get(task_id: UUID) -> Query[Task]:
    """NotFound unless the caller is one of its two parties."""
    return one(Task, _SELECT + "tasks AS t WHERE t.id = %(task_id)s", task_id=task_id)


def of(what: Literal["stream", "transaction"], known_id: UUID) -> Query[Task | None]:
    """The task of a stream or a transaction, if it has one and the caller is one of its two parties."""
    return optional(Task, _SELECT + "tasks AS t WHERE t.id = " + _OF[what], id=known_id)


def mine(
    caller: str,
    part: Slice,
    *,
    status: Status | None = None,
    worker_id: UUID | None = None,
    task_type: Type | None = None,
    external_id: str | None = None,
    created_from: datetime | None = None,
    created_to: datetime | None = None,
) -> Query[Page[Task]]:
    """The caller's tasks, newest first; created from a moment on and before another."""
    return page(
        Task,
        _SELECT
        + _MINE[caller]
        + """
            AND t.id < least(%(after)s, ops.uuid_floor(%(created_to)s::timestamptz + interval '1 second'))
            AND (%(status)s::text IS NULL OR t.status = %(status)s)
            AND (%(worker_id)s::uuid IS NULL OR t.worker_id = %(worker_id)s)
            AND (%(task_type)s::text IS NULL OR t.task_type = %(task_type)s)
            AND (%(external_id)s::text IS NULL OR t.external_id = %(external_id)s)
            AND (%(created_from)s::timestamptz IS NULL OR t.created_at >= %(created_from)s)
            AND (%(created_to)s::timestamptz IS NULL OR t.created_at < %(created_to)s)
        ORDER BY t.id DESC
        LIMIT %(limit)s
        """,
        part,
        status=status,
        worker_id=worker_id,
        task_type=task_type,
        external_id=external_id,
        created_from=created_from,
        created_to=created_to,
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


def create_many(tasks: list[dict[str, Any]]) -> Query[Batch]:
    """Several tasks, each of what `create` takes, as JSON has it. One that fails costs the others nothing."""

    def collect(rows: list[dict[str, Any]]) -> Batch:
        data = [_batch_item(**row) for row in rows]
        created = sum(item.status == "created" for item in data)
        return Batch(created, len(data) - created, data)

    return Query(
        """
        SELECT b.index, b.error_state, b.error_constraint, b.error_column, b.error_message, (b.task).*
        FROM create_tasks(%(tasks)s) AS b
        ORDER BY b.index
        """,
        {"tasks": Jsonb(tasks)},
        dict,
        collect,
    )


def _batch_item(
    *,
    index: int,
    error_state: str | None,
    error_constraint: str | None,
    error_column: str | None,
    error_message: str | None,
    **task: Any,
) -> BatchItem:
    if error_state is None:
        return BatchItem(index, "created", Task(**task), None)
    kind = by_sqlstate(error_state, error_constraint)
    # Only a sentence of ours is fit to be shown; Postgres's own may hold names and values.
    message = error_message if error_state.startswith("GS") else kind.__doc__
    field = error_column or FIELD_OF_CONSTRAINT.get(error_constraint or "")
    return BatchItem(index, "failed", None, Failure(kind.code, str(message), field))


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


def rate(task_id: UUID, rating: int) -> Query[Task]:
    """Rate a completed task 1 to 5, or change its rating. NotFound, WrongState."""
    return one(Task, _SELECT + "rate_task(%(task_id)s, %(rating)s) AS t", task_id=task_id, rating=rating)


def dispute(task_id: UUID, reason: str) -> Query[Dispute]:
    """Stop a task and its stream until an operator has decided. NotFound, WrongState."""
    return one(Dispute, _DISPUTE + "dispute_task(%(task_id)s, %(reason)s) AS d", task_id=task_id, reason=reason)


def dispute_over(task_id: UUID) -> Query[Dispute | None]:
    """The dispute over a task, if it has one and the caller is one of its two parties."""
    return optional(Dispute, _DISPUTE + "ops.disputes AS d WHERE d.task_id = %(task_id)s", task_id=task_id)
