"""A task, a stream or a transaction shown alone, with what the caller asked to see beside it, in one round trip.

Each is asked for as the caller, so of what stands beside it he sees what row security lets him see anyway.
"""

from collections.abc import Callable, Mapping, Set
from functools import partial
from typing import Any, Literal, TypeVar
from uuid import UUID

from gigstream.config import settings
from gigstream.queries import platforms, requests, settlements, streams, tasks, transactions, workers
from gigstream.queries.base import Query, Together
from gigstream.structs import struct

Detail = TypeVar("Detail")
Queries = dict[str, Query[Any]]
Expansions = Mapping[str, Callable[[UUID], Query[Any]]]

TaskExpansion = Literal["worker", "platform", "stream"]
StreamExpansion = Literal["task", "worker", "platform"]
TransactionExpansion = Literal["task", "worker"]
# What a platform's key must be good for to see it beside something else.
_SCOPES = {"task": "tasks:read", "worker": "workers:read", "stream": "streams:read"}
# What may stand beside it, by its id.
_OF_TASK: Expansions = {
    "worker": partial(workers.of, "task"),
    "platform": partial(platforms.party_of, "task"),
    "stream": streams.of_task,
}
_OF_STREAM: Expansions = {
    "task": partial(tasks.of, "stream"),
    "worker": partial(workers.of, "stream"),
    "platform": partial(platforms.party_of, "stream"),
}
_OF_TRANSACTION: Expansions = {
    "task": partial(tasks.of, "transaction"),
    "worker": partial(workers.of, "transaction"),
}


@struct
class TaskDetail(tasks.Task):
    """A task and its dispute, if there is or was one.

    What `expand[]` did not name is not sent, nor is a dispute or a stream that is not there.
    """

    dispute: tasks.Dispute | None = None
    worker: workers.Worker | None = None
    platform: platforms.Party | None = None
    stream: streams.Stream | None = None


@struct
class StreamDetail(streams.Stream):
    """A stream. What `expand[]` did not name is not sent."""

    task: tasks.Task | None = None
    worker: workers.Worker | None = None
    platform: platforms.Party | None = None


@struct
class TransactionDetail(transactions.Transaction):
    """A transaction, the states it went through, oldest first, and its page in the explorer, once it is on chain.

    What `expand[]` did not name is not sent, nor is a task where it pays no single one, nor a settlement where a payout
    is in none yet.
    """

    history: list[transactions.State]
    explorer_url: str | None
    settlement: settlements.Facts | None = None
    task: tasks.Task | None = None
    worker: workers.Worker | None = None


def task(task_id: UUID, expand: Set[TaskExpansion]) -> Together[TaskDetail]:
    """NotFound unless the caller is one of its two parties. Forbidden where a key may not read what is expanded."""
    always: Queries = {"dispute": tasks.dispute_over(task_id)}
    return _together(tasks.get(task_id), always | _asked(_OF_TASK, expand, task_id), TaskDetail)


def stream(stream_id: UUID, expand: Set[StreamExpansion]) -> Together[StreamDetail]:
    """NotFound unless the caller is one of its two parties. Forbidden where a key may not read what is expanded."""
    return _together(streams.get(stream_id), _asked(_OF_STREAM, expand, stream_id), StreamDetail)


def transaction(transaction_id: UUID, expand: Set[TransactionExpansion]) -> Together[TransactionDetail]:
    """NotFound unless the caller may see it: its worker, or for a payout or refund its platform.

    Forbidden where a key may not read what is expanded.
    """
    always: Queries = {
        "history": transactions.history(transaction_id),
        "settlement": settlements.of_transaction(transaction_id),
    }

    def make(tx_hash: str | None, **found: Any) -> TransactionDetail:
        explorer_url = f"{settings().explorer_url}/tx/{tx_hash}" if tx_hash else None
        return TransactionDetail(tx_hash=tx_hash, explorer_url=explorer_url, **found)

    return _together(transactions.get(transaction_id), always | _asked(_OF_TRANSACTION, expand, transaction_id), make)


def _asked(expansions: Expansions, expand: Set[str], known_id: UUID) -> Queries:
    return {name: query(known_id) for name, query in expansions.items() if name in expand}


def _together(found: Query[Any], beside: Queries, make: Callable[..., Detail]) -> Together[Detail]:
    """A row and what stands beside it, by the names of the fields that `make` takes."""
    scopes = [_SCOPES[name] for name in beside if name in _SCOPES]
    guards = [requests.require_scopes(scopes)] if scopes else []

    def filled(*answers: Any) -> Detail:
        row, *others = answers[len(guards) :]
        return make(**vars(row), **dict(zip(beside, others, strict=True)))

    return Together((*guards, found, *beside.values()), filled)
