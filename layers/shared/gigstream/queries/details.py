"""A task, a stream or a transaction shown alone, with what the caller asked to see beside it, in one round trip.

Each is asked for as the caller, so of what stands beside it he sees what row security lets him see anyway.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, TypeVar
from uuid import UUID

from gigstream.config import settings
from gigstream.queries import platforms, streams, tasks, transactions, workers
from gigstream.queries.base import Query, Together, optional

Detail = TypeVar("Detail")
Queries = dict[str, Query[Any]]

TaskExpansion = Literal["worker", "platform", "stream"]
StreamExpansion = Literal["task", "worker", "platform"]
TransactionExpansion = Literal["task", "worker"]

_WORKER_OF_TASK: Final = "(SELECT t.worker_id FROM tasks AS t WHERE t.id = %(id)s)"
_WORKER_OF_STREAM: Final = "(SELECT s.worker_id FROM streams AS s WHERE s.id = %(id)s)"
_WORKER_OF_TRANSACTION: Final = "(SELECT x.worker_id FROM transactions AS x WHERE x.id = %(id)s)"
_PLATFORM_OF_TASK: Final = "(SELECT t.platform_id FROM tasks AS t WHERE t.id = %(id)s)"
_PLATFORM_OF_STREAM: Final = "(SELECT s.platform_id FROM streams AS s WHERE s.id = %(id)s)"
_TASK_OF_STREAM: Final = "(SELECT s.task_id FROM streams AS s WHERE s.id = %(id)s)"
_TASK_OF_TRANSACTION: Final = "(SELECT x.task_id FROM transactions AS x WHERE x.id = %(id)s)"


@dataclass(frozen=True, slots=True)
class TaskDetail(tasks.Task):
    """A task and its dispute, if there is or was one.

    What `expand[]` did not name is not sent, nor is a dispute or a stream that is not there.
    """

    dispute: tasks.Dispute | None = None
    worker: workers.Worker | None = None
    platform: platforms.Party | None = None
    stream: streams.Stream | None = None


@dataclass(frozen=True, slots=True)
class StreamDetail(streams.Stream):
    """A stream. What `expand[]` did not name is not sent."""

    task: tasks.Task | None = None
    worker: workers.Worker | None = None
    platform: platforms.Party | None = None


@dataclass(frozen=True, slots=True)
class TransactionDetail(transactions.Transaction):
    """A transaction, the states it went through, oldest first, and its page in the explorer, once it is on chain.

    What `expand[]` did not name is not sent, nor is a task where it pays no single one.
    """

    history: list[transactions.State]
    explorer_url: str | None
    task: tasks.Task | None = None
    worker: workers.Worker | None = None


def task(task_id: UUID, expand: Set[TaskExpansion]) -> Together[TaskDetail]:
    """NotFound unless the caller is one of its two parties."""
    expansions: Queries = {
        "worker": optional(workers.Worker, workers.SEEN + _WORKER_OF_TASK, id=task_id),
        "platform": optional(platforms.Party, platforms.PARTY + _PLATFORM_OF_TASK, id=task_id),
        "stream": optional(streams.Stream, streams.SELECT + "streams AS s WHERE s.task_id = %(id)s", id=task_id),
    }
    beside: Queries = {"dispute": tasks.dispute_over(task_id)} | _asked(expansions, expand)
    return _together(tasks.get(task_id), beside, TaskDetail)


def stream(stream_id: UUID, expand: Set[StreamExpansion]) -> Together[StreamDetail]:
    """NotFound unless the caller is one of its two parties."""
    expansions: Queries = {
        "task": optional(tasks.Task, tasks.SELECT + "tasks AS t WHERE t.id = " + _TASK_OF_STREAM, id=stream_id),
        "worker": optional(workers.Worker, workers.SEEN + _WORKER_OF_STREAM, id=stream_id),
        "platform": optional(platforms.Party, platforms.PARTY + _PLATFORM_OF_STREAM, id=stream_id),
    }
    return _together(streams.get(stream_id), _asked(expansions, expand), StreamDetail)


def transaction(transaction_id: UUID, expand: Set[TransactionExpansion]) -> Together[TransactionDetail]:
    """NotFound unless the caller may see it: its worker, or for a payout or refund its platform."""
    of_task = tasks.SELECT + "tasks AS t WHERE t.id = " + _TASK_OF_TRANSACTION
    expansions: Queries = {
        "task": optional(tasks.Task, of_task, id=transaction_id),
        "worker": optional(workers.Worker, workers.SEEN + _WORKER_OF_TRANSACTION, id=transaction_id),
    }

    def make(tx_hash: str | None, **found: Any) -> TransactionDetail:
        explorer_url = f"{settings().explorer_url}/tx/{tx_hash}" if tx_hash else None
        return TransactionDetail(tx_hash=tx_hash, explorer_url=explorer_url, **found)

    beside: Queries = {"history": transactions.history(transaction_id)} | _asked(expansions, expand)
    return _together(transactions.get(transaction_id), beside, make)


def _asked(expansions: Queries, expand: Set[str]) -> Queries:
    return {name: query for name, query in expansions.items() if name in expand}


def _together(found: Query[Any], beside: Queries, make: Callable[..., Detail]) -> Together[Detail]:
    """A row and what stands beside it, by the names of the fields that `make` takes."""

    def filled(row: Any, *answers: Any) -> Detail:
        own = {field.name: getattr(row, field.name) for field in fields(row)}
        return make(**own, **dict(zip(beside, answers, strict=True)))

    return Together((found, *beside.values()), filled)
