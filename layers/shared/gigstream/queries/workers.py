"""Workers: who do tasks. A worker reads himself; a platform reads its members, and of their money only its own."""

from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, LiteralString
from uuid import UUID

from gigstream.queries.base import Query, command, one, optional
from gigstream.queries.wallets import Proof, parameters
from gigstream.structs import struct

# By the id that follows. `own` is the same row, for the worker himself alone.
_SEEN: Final = """
    SELECT
        w.id, w.name, w.wallet_address, w.reputation_score, w.completion_rate::text, w.average_rating::text,
        w.dispute_rate::text, own.email, own.account_age_days, own.total_tasks, own.total_earned,
        own.last_active_at, own.created_at
    FROM workers AS w
    LEFT JOIN workers AS own ON w.id = own.id AND own.id = ops.tenant()
    WHERE w.id = """
# The worker of something else, by its id.
_OF: Final[dict[str, LiteralString]] = {
    "task": "(SELECT t.worker_id FROM tasks AS t WHERE t.id = %(id)s)",
    "stream": "(SELECT s.worker_id FROM streams AS s WHERE s.id = %(id)s)",
    "transaction": "(SELECT x.worker_id FROM transactions AS x WHERE x.id = %(id)s)",
}


@struct
class Worker:
    """Rates in percent, the rating 0..5, `total_earned` in USDC. From `email` on, null for all but himself."""

    id: UUID
    name: str
    wallet_address: str | None
    reputation_score: int
    completion_rate: str
    average_rating: str
    dispute_rate: str
    email: str | None
    account_age_days: int | None
    total_tasks: int | None
    total_earned: Decimal | None
    last_active_at: datetime | None
    created_at: datetime | None


@struct
class Balance:
    """A worker's money at `as_of`, USDC; a platform sees what it owes and paid him itself.

    `available` to withdraw, `held` by platforms for his open tasks and not yet released, of which `accruing` is earned
    already, `in_settlement` on its way to the chain, `advance_owed` on open loans (for the worker himself).
    """

    worker_id: UUID
    as_of: datetime
    available: Decimal
    held: Decimal
    accruing: Decimal
    in_settlement: Decimal
    advance_owed: Decimal | None


@struct
class Earnings:
    """What a worker did and earned, USDC; a platform sees its own tasks and payouts. From advances on: for himself."""

    worker_id: UUID
    total_tasks: int
    completed_tasks: int
    active_tasks: int
    completion_rate: str
    average_rating: str
    earned_amount: Decimal
    released_amount: Decimal
    pending_amount: Decimal
    payout_amount: Decimal
    refund_amount: Decimal
    advance_amount: Decimal | None
    repayment_amount: Decimal | None
    fee_amount: Decimal | None
    open_loans: int | None
    open_loan_amount: Decimal | None
    repaid_loans: int | None


@struct
class Ages:
    """A batch of the daily job: the last worker looked at, how many were, and how many grew older."""

    last_id: UUID
    seen: int
    changed: int


def get(worker_id: UUID) -> Query[Worker]:
    """NotFound unless he is the caller or a member of the calling platform."""
    return one(Worker, _SEEN + "%(worker_id)s", worker_id=worker_id)


def of(what: Literal["task", "stream", "transaction"], known_id: UUID) -> Query[Worker | None]:
    """The worker of a task, a stream or a transaction, if the caller is one of its two parties."""
    return optional(Worker, _SEEN + _OF[what], id=known_id)


def update(worker_id: UUID, *, name: str | None, email: str | None, wallet: Proof | None) -> Query[Worker]:
    """Change what is not None. NotFound unless he is the caller, EmailTaken, AlreadyExists, WalletProofInvalid."""
    # The condition names no column, so it is checked before the function is called.
    return one(
        Worker,
        """
        SELECT
            w.id, w.name, w.wallet_address, w.reputation_score, w.completion_rate::text, w.average_rating::text,
            w.dispute_rate::text, w.email, w.account_age_days, w.total_tasks, w.total_earned, w.last_active_at,
            w.created_at
        FROM update_worker(
            %(name)s, %(email)s, ROW(%(address)s, %(nonce)s, %(valid_from)s, %(valid_until)s)::ops.wallet_proof
        ) AS w
        WHERE %(worker_id)s = ops.tenant()
        """,
        worker_id=worker_id,
        name=name,
        email=email,
        **parameters(wallet),
    )


def erase(worker_id: UUID) -> Query[None]:
    """Erase his personal data; the books stay. NotFound unless he is the caller, WrongState while something is open."""
    return command("SELECT erase_worker(%(worker_id)s)", worker_id=worker_id)


def balance(worker_id: UUID) -> Query[Balance]:
    """NotFound as for `get`."""
    return one(
        Balance,
        """
        SELECT
            w.id AS worker_id,
            statement_timestamp() AS as_of,
            a.available,
            t.price - s.released AS held,
            s.accruing,
            a.in_settlement,
            CASE WHEN w.id = ops.tenant() THEN l.owed END AS advance_owed
        FROM workers AS w
        CROSS JOIN LATERAL (
            SELECT
                coalesce(sum(ledger.balance_at(b.id)) FILTER (WHERE b.kind = 'worker_available'), 0) AS available,
                coalesce(sum(b.balance) FILTER (WHERE b.kind = 'worker_settling'), 0) AS in_settlement
            FROM ledger.accounts AS b
            WHERE b.owner_id = w.id
        ) AS a
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(k.amount), 0) AS price
            FROM tasks AS k
            WHERE k.worker_id = w.id AND k.status IN ('pending', 'active', 'disputed')
        ) AS t
        CROSS JOIN LATERAL (
            SELECT
                coalesce(sum(m.released_amount), 0) AS released,
                coalesce(sum(
                    greatest(
                        0,
                        stream_accrued(
                            m.total_amount, m.anchor_amount, m.anchor_time, m.end_time, statement_timestamp()
                        ) - m.released_amount
                    )
                ) FILTER (WHERE m.status = 'active'), 0) AS accruing
            FROM streams AS m
            WHERE m.worker_id = w.id AND m.status IN ('active', 'paused')
        ) AS s
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(o.total_due - o.amount_repaid), 0) AS owed
            FROM loans AS o
            WHERE o.worker_id = w.id AND o.status IN ('disbursed', 'repaying')
        ) AS l
        WHERE w.id = %(worker_id)s
        """,
        worker_id=worker_id,
    )


def earnings(worker_id: UUID) -> Query[Earnings]:
    """NotFound as for `get`."""
    # Row security hides advances and loans from a platform; it is told null, not a false zero.
    return one(
        Earnings,
        """
        SELECT
            e.worker_id, e.total_tasks, e.completed_tasks, e.active_tasks, e.completion_rate::text,
            e.average_rating::text, e.earned_amount, e.released_amount, e.pending_amount, e.payout_amount,
            e.refund_amount,
            CASE WHEN o.is_own THEN e.advance_amount END AS advance_amount,
            CASE WHEN o.is_own THEN e.repayment_amount END AS repayment_amount,
            CASE WHEN o.is_own THEN e.fee_amount END AS fee_amount,
            CASE WHEN o.is_own THEN e.open_loans END AS open_loans,
            CASE WHEN o.is_own THEN e.open_loan_amount END AS open_loan_amount,
            CASE WHEN o.is_own THEN e.repaid_loans END AS repaid_loans
        FROM worker_earnings_view AS e
        CROSS JOIN LATERAL (SELECT e.worker_id = ops.tenant() AS is_own) AS o
        WHERE e.worker_id = %(worker_id)s
        """,
        worker_id=worker_id,
    )


def update_account_ages(as_of: datetime, after: UUID, limit: int) -> Query[Ages]:
    """Count the account age, days, of the next `limit` workers after an id."""
    return one(
        Ages,
        "SELECT last_id, seen, changed FROM update_account_ages(%(as_of)s, %(after)s, %(limit)s)",
        as_of=as_of,
        after=after,
        limit=limit,
    )
