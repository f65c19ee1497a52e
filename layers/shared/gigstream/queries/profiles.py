"""A worker and what is his, as the caller sees it: tasks, streams, transactions and loans."""

from dataclasses import asdict
from typing import Final
from uuid import UUID

from gigstream.queries import loans, streams, tasks, transactions, workers
from gigstream.queries.base import Page, Slice, Together, behind
from gigstream.structs import struct

_RECENT: Final = Slice(limit=5)


@struct
class WorkerProfile(workers.Worker):
    """A worker with his newest five tasks and transactions, and for himself his open loans."""

    recent_tasks: list[tasks.Task]
    recent_transactions: list[transactions.Transaction]
    open_loans: list[loans.Loan]


def get(worker_id: UUID, caller: str) -> Together[WorkerProfile]:
    """NotFound as for `workers.get`."""

    def make(
        worker: workers.Worker,
        recent_tasks: Page[tasks.Task],
        recent_transactions: Page[transactions.Transaction],
        open_loans: list[loans.Loan],
    ) -> WorkerProfile:
        return WorkerProfile(
            **asdict(worker),
            recent_tasks=recent_tasks.data,
            recent_transactions=recent_transactions.data,
            open_loans=open_loans,
        )

    return Together(
        (
            workers.get(worker_id),
            tasks.mine(caller, _RECENT, worker_id=worker_id),
            transactions.mine(caller, _RECENT, worker_id=worker_id),
            loans.open_loans(worker_id),
        ),
        make,
    )


def tasks_of(worker_id: UUID, caller: str, part: Slice, status: tasks.Status | None) -> Together[Page[tasks.Task]]:
    """A worker's tasks that the caller sees. NotFound as for `workers.get`."""
    return behind(workers.get(worker_id), tasks.mine(caller, part, status=status, worker_id=worker_id))


def streams_of(
    worker_id: UUID, caller: str, part: Slice, status: streams.Status | None
) -> Together[Page[streams.Stream]]:
    """A worker's streams that the caller sees. NotFound as for `workers.get`."""
    return behind(workers.get(worker_id), streams.mine(caller, part, status=status, worker_id=worker_id))


def transactions_of(
    worker_id: UUID,
    caller: str,
    part: Slice,
    *,
    tx_type: transactions.Type | None,
    status: transactions.Status | None,
) -> Together[Page[transactions.Transaction]]:
    """A worker's transactions that the caller sees. NotFound as for `workers.get`."""
    query = transactions.mine(caller, part, tx_type=tx_type, status=status, worker_id=worker_id)
    return behind(workers.get(worker_id), query)


def loans_of(worker_id: UUID, part: Slice, status: loans.Status | None) -> Together[Page[loans.Loan]]:
    """NotFound unless he is the caller."""
    return behind(workers.get(worker_id), loans.mine(part, status))
