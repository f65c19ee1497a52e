"""The books: a platform's accounts and what moved on them, and whether the whole is right."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from gigstream.queries.base import Page, Query, Slice, Together, behind, many, one, page
from gigstream.structs import struct

Kind = Literal["platform_available", "platform_held", "worker_available", "worker_settling"]
Reason = Literal["deposit", "hold", "pay", "release", "refund", "payout", "settle", "return"]


@struct
class Difference:
    """A stored figure of a row that is not what the rows behind it say."""

    figure: str
    subject: UUID | None
    stored: str | None
    recounted: str | None


@struct
class Account:
    """An account and what it holds now, USDC; `worker_id` says whose it is, None for the platform's own."""

    id: UUID
    kind: Kind
    worker_id: UUID | None
    balance: Decimal
    created_at: datetime


@struct
class AccountAt(Account):
    """What an account held, USDC, after everything that was posted up to `as_of`."""

    as_of: datetime


@struct
class Transfer:
    """USDC that came into the account (`credit`) or left it (`debit`), and the one thing that it was posted for.

    `event_at` is when that happened, `created_at` when it was posted; `other_account_id` is None for the system's own.
    """

    id: UUID
    direction: Literal["credit", "debit"]
    amount: Decimal
    reason: Reason
    other_account_id: UUID | None
    task_id: UUID | None
    stream_id: UUID | None
    transaction_id: UUID | None
    deposit_id: UUID | None
    event_at: datetime
    created_at: datetime


def accounts(part: Slice, *, kind: Kind | None, worker_id: UUID | None) -> Query[Page[Account]]:
    """The calling platform's accounts and its workers' with it, newest first; not those of their advances."""
    return page(
        Account,
        """
        SELECT
            a.id, a.kind, CASE WHEN a.owner_id <> a.platform_id THEN a.owner_id END AS worker_id,
            ledger.balance_at(a.id) AS balance,
            a.created_at
        FROM ledger.accounts AS a
        WHERE a.platform_id = ops.tenant()
            AND a.id < %(after)s
            AND a.kind <> 'worker_advance'
            AND (%(kind)s::text IS NULL OR a.kind = %(kind)s)
            AND (%(worker_id)s::uuid IS NULL OR (a.owner_id = %(worker_id)s AND a.owner_id <> a.platform_id))
        ORDER BY a.id DESC
        LIMIT %(limit)s
        """,
        part,
        kind=kind,
        worker_id=worker_id,
    )


def account(account_id: UUID, as_of: datetime | None = None) -> Query[AccountAt]:
    """One of them now, or at a moment before. NotFound unless it is one of them."""
    return one(
        AccountAt,
        """
        SELECT
            a.id, a.kind, CASE WHEN a.owner_id <> a.platform_id THEN a.owner_id END AS worker_id,
            ledger.balance_at(a.id, CASE WHEN m.as_of < m.now THEN m.as_of END) AS balance,
            a.created_at, m.as_of
        FROM ledger.accounts AS a
        CROSS JOIN (
            SELECT least(%(as_of)s::timestamptz, statement_timestamp()) AS as_of, statement_timestamp() AS now
        ) AS m
        WHERE a.id = %(account_id)s AND a.platform_id = ops.tenant() AND a.kind <> 'worker_advance'
        """,
        account_id=account_id,
        as_of=as_of,
    )


def transfers(account_id: UUID, part: Slice) -> Together[Page[Transfer]]:
    """What moved on one of them, newest first, but for advances. NotFound as for `account`."""
    # Each side along its own index, then the newest of both.
    query = page(
        Transfer,
        """
        WITH after AS (
            SELECT coalesce(
                (SELECT x.created_at FROM ledger.transfers AS x WHERE x.id = %(after)s), 'infinity'::timestamptz
            ) AS created_at
        ),

        moved AS (
            (
                SELECT x.*, 'credit' AS direction, x.debit_account AS other FROM ledger.transfers AS x
                WHERE x.credit_account = %(account_id)s AND x.loan_id IS NULL
                    AND (x.created_at, x.id) < ((SELECT f.created_at FROM after AS f), %(after)s)
                ORDER BY x.created_at DESC, x.id DESC
                LIMIT %(limit)s
            )
            UNION ALL
            (
                SELECT x.*, 'debit' AS direction, x.credit_account AS other FROM ledger.transfers AS x
                WHERE x.debit_account = %(account_id)s AND x.loan_id IS NULL
                    AND (x.created_at, x.id) < ((SELECT f.created_at FROM after AS f), %(after)s)
                ORDER BY x.created_at DESC, x.id DESC
                LIMIT %(limit)s
            )
        )

        SELECT
            m.id, m.direction, m.amount, m.reason, a.id AS other_account_id, m.task_id, m.stream_id, m.transaction_id,
            m.deposit_id, m.event_at, m.created_at
        FROM moved AS m
        LEFT JOIN ledger.accounts AS a ON m.other = a.id
        ORDER BY m.created_at DESC, m.id DESC
        LIMIT %(limit)s
        """,
        part,
        account_id=account_id,
    )
    return behind(account(account_id), query)


def differences() -> Query[list[Difference]]:
    """None is what right looks like. A full pass over the books."""
    return many(Difference, "SELECT figure, subject, stored, recounted FROM ops.check_invariants()")
