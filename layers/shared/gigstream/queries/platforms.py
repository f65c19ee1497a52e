"""Platforms: who hold funds and give tasks. A platform reads and changes itself alone."""

from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, LiteralString
from uuid import UUID

from gigstream.queries import transactions
from gigstream.queries.base import Page, Query, Slice, Together, behind, one, optional, page
from gigstream.queries.wallets import Proof, parameters
from gigstream.structs import struct


@struct
class Platform:
    """`total_payouts` is what has reached workers on chain, USDC; `active_workers` have a task that is not finished.

    `platform.balance_low` tells of less than `balance_low_threshold` available; None is a tenth of what is held.
    """

    id: UUID
    name: str
    contact_email: str
    wallet_address: str | None
    total_payouts: Decimal
    total_tasks: int
    active_workers: int
    is_active: bool
    created_at: datetime
    updated_at: datetime
    balance_low_threshold: Decimal | None


# By the id that follows. A worker sees the platforms that he works for, and of them no figures.
_PARTY: Final = "SELECT p.id, p.name, p.is_active FROM platforms AS p WHERE p.id = "
# The platform of something else, by its id.
_OF: Final[dict[str, LiteralString]] = {
    "task": "(SELECT t.platform_id FROM tasks AS t WHERE t.id = %(id)s)",
    "stream": "(SELECT s.platform_id FROM streams AS s WHERE s.id = %(id)s)",
}


@struct
class Party:
    """A platform as the other party of a task sees it."""

    id: UUID
    name: str
    is_active: bool


@struct
class Balance:
    """USDC: `available` for new tasks, `held` for tasks that are not finished, and both together."""

    platform_id: UUID
    available: Decimal
    held: Decimal
    total: Decimal


@struct
class Funding:
    """How funds come in: a transfer of USDC, an ERC-20 token at `usdc_address`, to `deposit_address` on a chain.

    What `wallet_address` sends is credited to the platform within minutes; from any other address somebody has to look
    into whose it is, as for a platform that has no wallet.
    """

    platform_id: UUID
    chain_id: int
    usdc_address: str
    deposit_address: str
    wallet_address: str | None


@struct
class AdvanceTerms:
    """Whether its workers may have advances on predicted earnings, and up to what percent of seven days' earnings."""

    platform_id: UUID
    enabled: bool
    share_percent: int


@struct
class Analytics:
    """How a platform does: tasks by outcome, USDC paid and pending, workers ever and lately, seconds a task takes."""

    platform_id: UUID
    name: str
    total_tasks: int
    completed_tasks: int
    cancelled_tasks: int
    paid_amount: Decimal
    pending_amount: Decimal
    unique_workers: int
    workers_last_7_days: int
    workers_last_30_days: int
    average_completion_seconds: int


@struct
class Member:
    """What a platform sees of one of its workers: rates in percent, the rating 0..5, his unfinished tasks with it."""

    id: UUID
    name: str
    wallet_address: str | None
    reputation_score: int
    completion_rate: str
    average_rating: str
    dispute_rate: str
    open_tasks: int
    member_since: datetime


@struct
class Deposit:
    """USDC that came in, and what is available with it."""

    id: UUID
    amount: Decimal
    available: Decimal


def get(platform_id: UUID) -> Query[Platform]:
    """NotFound unless it is the caller."""
    return one(
        Platform,
        """
        SELECT
            p.id, p.name, p.contact_email, p.wallet_address, p.total_payouts, p.total_tasks, p.active_workers,
            p.is_active, p.created_at, p.updated_at, b.threshold AS balance_low_threshold
        FROM platforms AS p
        LEFT JOIN ops.balance_alerts AS b ON p.id = b.platform_id
        WHERE p.id = %(platform_id)s AND p.id = ops.tenant()
        """,
        platform_id=platform_id,
    )


def party_of(what: Literal["task", "stream"], known_id: UUID) -> Query[Party | None]:
    """The platform of a task or a stream, if the caller is one of its two parties."""
    return optional(Party, _PARTY + _OF[what], id=known_id)


def update(
    platform_id: UUID,
    *,
    name: str | None,
    contact_email: str | None,
    wallet: Proof | None,
    balance_low_threshold: Decimal | None,
) -> Query[Platform]:
    """Change what is not None. NotFound unless it is the caller, EmailTaken, AlreadyExists, WalletProofInvalid."""
    # The condition names no column, so it is checked before the function is called. What the function writes beside
    # the platform's row is not yet to be seen in the statement that calls it.
    return one(
        Platform,
        """
        SELECT
            p.id, p.name, p.contact_email, p.wallet_address, p.total_payouts, p.total_tasks, p.active_workers,
            p.is_active, p.created_at, p.updated_at,
            coalesce(
                %(threshold)s, (SELECT b.threshold FROM ops.balance_alerts AS b WHERE b.platform_id = p.id)
            ) AS balance_low_threshold
        FROM update_platform(
            %(name)s, %(contact_email)s, ROW(%(address)s, %(nonce)s, %(valid_from)s, %(valid_until)s)::ops.wallet_proof,
            %(threshold)s
        ) AS p
        WHERE %(platform_id)s = ops.tenant()
        """,
        platform_id=platform_id,
        name=name,
        contact_email=contact_email,
        **parameters(wallet),
        threshold=balance_low_threshold,
    )


def advance_terms(platform_id: UUID) -> Query[AdvanceTerms]:
    """NotFound unless it is the caller. Who has set none offers none."""
    return one(
        AdvanceTerms,
        """
        SELECT
            p.id AS platform_id, coalesce(t.enabled, FALSE) AS enabled, coalesce(t.share_percent, 50) AS share_percent
        FROM platforms AS p
        LEFT JOIN ops.advance_terms AS t ON p.id = t.platform_id
        WHERE p.id = %(platform_id)s AND p.id = ops.tenant()
        """,
        platform_id=platform_id,
    )


def set_advance_terms(platform_id: UUID, *, enabled: bool | None, share_percent: int | None) -> Query[AdvanceTerms]:
    """Change what is not None. NotFound unless it is the caller."""
    # The condition names no column, so it is checked before the function is called.
    return one(
        AdvanceTerms,
        """
        SELECT t.platform_id, t.enabled, t.share_percent FROM set_advance_terms(%(enabled)s, %(share_percent)s) AS t
        WHERE %(platform_id)s = ops.tenant()
        """,
        platform_id=platform_id,
        enabled=enabled,
        share_percent=share_percent,
    )


def deposit(platform_id: UUID, amount: Decimal) -> Query[Deposit]:
    """Play money, USDC. NotFound unless it is the caller."""
    # The condition names no column, so it is checked before the function is called.
    return one(
        Deposit,
        """
        SELECT d.id, %(amount)s AS amount, d.available FROM deposit(%(amount)s) AS d
        WHERE %(platform_id)s = ops.tenant()
        """,
        platform_id=platform_id,
        amount=amount,
    )


def balance(platform_id: UUID) -> Query[Balance]:
    """NotFound unless it is the caller."""
    return one(
        Balance,
        """
        SELECT
            p.id AS platform_id,
            coalesce(sum(a.balance) FILTER (WHERE a.kind = 'platform_available'), 0) AS available,
            coalesce(sum(a.balance) FILTER (WHERE a.kind = 'platform_held'), 0) AS held,
            coalesce(sum(a.balance), 0) AS total
        FROM platforms AS p
        LEFT JOIN ledger.accounts AS a ON p.id = a.owner_id
        WHERE p.id = %(platform_id)s AND p.id = ops.tenant()
        GROUP BY p.id
        """,
        platform_id=platform_id,
    )


def funding(platform_id: UUID, chain_id: int, usdc: str, custody: str) -> Query[Funding]:
    """Where its deposits go. NotFound unless it is the caller."""
    return one(
        Funding,
        """
        SELECT
            p.id AS platform_id, %(chain_id)s::bigint AS chain_id, %(usdc)s AS usdc_address,
            %(custody)s AS deposit_address, p.wallet_address
        FROM platforms AS p
        WHERE p.id = %(platform_id)s AND p.id = ops.tenant()
        """,
        platform_id=platform_id,
        chain_id=chain_id,
        usdc=usdc,
        custody=custody,
    )


def analytics(platform_id: UUID) -> Query[Analytics]:
    """NotFound unless it is the caller."""
    return one(
        Analytics,
        """
        SELECT
            v.platform_id, v.name, v.total_tasks, v.completed_tasks, v.cancelled_tasks, v.paid_amount, v.pending_amount,
            v.unique_workers, v.workers_last_7_days, v.workers_last_30_days, v.average_completion_seconds
        FROM platform_performance_view AS v
        WHERE v.platform_id = %(platform_id)s AND v.platform_id = ops.tenant()
        """,
        platform_id=platform_id,
    )


def members(part: Slice) -> Query[Page[Member]]:
    """The calling platform's workers, who registered last first."""
    return page(
        Member,
        """
        SELECT
            w.id, w.name, w.wallet_address, w.reputation_score, w.completion_rate::text, w.average_rating::text,
            w.dispute_rate::text, m.open_tasks, m.created_at AS member_since
        FROM ops.memberships AS m
        INNER JOIN workers AS w ON m.worker_id = w.id
        WHERE m.platform_id = ops.tenant() AND m.left_at IS NULL AND m.worker_id < %(after)s
        ORDER BY m.worker_id DESC
        LIMIT %(limit)s
        """,
        part,
    )


def members_of(platform_id: UUID, part: Slice) -> Together[Page[Member]]:
    """The workers of a platform. NotFound unless it is the caller."""
    return behind(get(platform_id), members(part))


def transactions_of(
    platform_id: UUID,
    part: Slice,
    *,
    tx_type: transactions.Type | None,
    status: transactions.Status | None,
    worker_id: UUID | None,
    task_id: UUID | None,
    created_from: datetime | None,
    created_to: datetime | None,
) -> Together[Page[transactions.Transaction]]:
    """A platform's payouts and refunds. NotFound unless it is the caller."""
    query = transactions.mine(
        "platform",
        part,
        tx_type=tx_type,
        status=status,
        worker_id=worker_id,
        task_id=task_id,
        created_from=created_from,
        created_to=created_to,
    )
    return behind(get(platform_id), query)
