"""Workers: who do tasks. A worker reads himself; a platform reads its members, and of their money only its own."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, LiteralString
from uuid import UUID

from gigstream.errors import NotFound
from gigstream.queries import loans, streams, tasks, transactions
from gigstream.queries.base import Page, Query, Slice, Together, behind, command, many, one, optional, page
from gigstream.queries.wallets import Proof, parameters

AppealStatus = Literal["open", "granted", "refused"]

_RECENT: Final = Slice(limit=5)

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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Profile(Worker):
    """A worker with his newest five tasks and transactions, and for himself his open loans."""

    recent_tasks: list[tasks.Task]
    recent_transactions: list[transactions.Transaction]
    open_loans: list[loans.Loan]


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class ScoreFactor:
    """What `events` events made of the score: `points`, as far as its bounds of 0 and 1000 let them.

    One event brings or takes `weight` points at most, and as many as it says itself where that is null. The opening
    score is the first factor.
    """

    name: Literal["opening", "tasks", "ratings", "disputes", "appeals", "others"]
    events: int
    weight: int | None
    points: int


@dataclass(frozen=True, slots=True)
class _Points:
    """The score and the points that events brought."""

    worker_id: UUID
    score: int
    rank: Literal["excellent", "very good", "good", "fair", "poor"]
    completion_rate: str
    average_rating: str
    dispute_rate: str
    points_from_tasks: int
    points_from_ratings: int
    points_from_disputes: int
    points_from_others: int


@dataclass(frozen=True, slots=True)
class _Events(_Points):
    points_from_appeals: int
    tasks: int
    ratings: int
    disputes: int
    appeals: int
    others: int


@dataclass(frozen=True, slots=True)
class Reputation(_Points):
    """The score, 0..1000, and its factors: rates in percent, the rating 0..5, and the points that events brought.

    The points of `factors` add up to the score. `points_from_others` holds what appeals gave back too.
    """

    factors: list[ScoreFactor]


@dataclass(frozen=True, slots=True)
class ReputationEvent:
    """A change of the score by `delta`, clamped to 0..1000; `task_id` is the task behind it, if the caller sees it.

    `appeal` is how the latest appeal against it stands; an event of type appeal decides on `appealed_event_id`.
    """

    id: UUID
    event_type: Literal[
        "task_completed", "rating_received", "dispute_filed", "dispute_resolved", "bonus", "penalty", "appeal"
    ]
    delta: int
    previous_score: int
    new_score: int
    reason: str | None
    task_id: UUID | None
    appeal: AppealStatus | None
    appealed_event_id: UUID | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Appeal:
    """What a worker says against an event that took points; an operator grants or refuses it."""

    id: UUID
    event_id: UUID
    reason: str
    status: AppealStatus
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class RiskFactor:
    """`value` times `weight`, to the whole point and no further than `max_points` (below 0 for what it can take).

    reputation: the score · completion: the rate in percent · activity: tasks completed in 30 days · age: days ·
    repayment: loans repaid and one, or none of them after a default · disputes: the rate in percent ·
    floor: what lifts a sum below 0 to 0.
    """

    name: Literal["reputation", "completion", "activity", "age", "repayment", "disputes", "floor"]
    value: str
    weight: str
    max_points: int
    points: int


@dataclass(frozen=True, slots=True)
class _Risk:
    worker_id: UUID
    risk_score: int
    eligible: bool
    reasons: list[str]
    reputation_factor: int
    completion_factor: int
    activity_factor: int
    age_factor: int
    repayment_factor: int
    dispute_factor: int
    tasks_last_30_days: int
    earned_last_30_days: Decimal
    loans_total: int
    loans_open: int
    loans_repaid: int
    loans_defaulted: int
    dispute_rate: str
    completion_rate: str
    account_age_days: int


@dataclass(frozen=True, slots=True)
class _Assessed(_Risk):
    reputation_score: int


@dataclass(frozen=True, slots=True)
class Risk(_Risk):
    """The risk of a predictive advance: `reasons` says what fails.

    The points of `factors` add up to the score, 0..1000.
    """

    factors: list[RiskFactor]


@dataclass(frozen=True, slots=True)
class Day:
    """What a worker was paid by one platform, USDC, so many whole days ago."""

    platform_id: UUID
    days_ago: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Employment:
    """A platform that he works for, what has `accrued` with it and was not released, USDC, and its terms.

    `share_percent` of what he is predicted to earn with it may be advanced; None when it does not offer that.
    """

    platform_id: UUID
    platform_name: str
    accrued: Decimal
    share_percent: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the rules on advances ask for."""

    platforms: list[Employment]
    days: list[Day]
    risk: Risk

    def days_with(self, platform_id: UUID) -> list[Day]:
        """What one platform paid."""
        return [day for day in self.days if day.platform_id == platform_id]


@dataclass(frozen=True, slots=True)
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


def profile(worker_id: UUID, caller: str) -> Together[Profile]:
    """NotFound as for `get`."""

    def make(
        worker: Worker,
        recent_tasks: Page[tasks.Task],
        recent_transactions: Page[transactions.Transaction],
        open_loans: list[loans.Loan],
    ) -> Profile:
        return Profile(
            **asdict(worker),
            recent_tasks=recent_tasks.data,
            recent_transactions=recent_transactions.data,
            open_loans=open_loans,
        )

    return Together(
        (
            get(worker_id),
            tasks.mine(caller, _RECENT, worker_id=worker_id),
            transactions.mine(caller, _RECENT, worker_id=worker_id),
            loans.open_loans(worker_id),
        ),
        make,
    )


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
                coalesce(sum(b.balance) FILTER (WHERE b.kind = 'worker_available'), 0) AS available,
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


def reputation(worker_id: UUID) -> Together[Reputation]:
    """NotFound as for `get`."""
    query = one(
        _Events,
        """
        SELECT
            w.id AS worker_id,
            w.reputation_score AS score,
            CASE
                WHEN w.reputation_score >= 900 THEN 'excellent'
                WHEN w.reputation_score >= 750 THEN 'very good'
                WHEN w.reputation_score >= 600 THEN 'good'
                WHEN w.reputation_score >= 400 THEN 'fair'
                ELSE 'poor'
            END AS rank,
            w.completion_rate::text,
            w.average_rating::text,
            w.dispute_rate::text,
            e.points_from_tasks,
            e.points_from_ratings,
            e.points_from_disputes,
            e.points - e.points_from_tasks - e.points_from_ratings - e.points_from_disputes AS points_from_others,
            e.points_from_appeals,
            e.tasks,
            e.ratings,
            e.disputes,
            e.appeals,
            e.events - e.tasks - e.ratings - e.disputes - e.appeals AS others
        FROM workers AS w
        CROSS JOIN LATERAL (
            SELECT
                coalesce(sum(p.points), 0) AS points,
                coalesce(sum(p.points) FILTER (WHERE p.event_type = 'task_completed'), 0) AS points_from_tasks,
                coalesce(sum(p.points) FILTER (WHERE p.event_type = 'rating_received'), 0) AS points_from_ratings,
                coalesce(sum(p.points) FILTER (WHERE p.event_type LIKE 'dispute%%'), 0) AS points_from_disputes,
                coalesce(sum(p.points) FILTER (WHERE p.event_type = 'appeal'), 0) AS points_from_appeals,
                count(*) AS events,
                count(*) FILTER (WHERE p.event_type = 'task_completed') AS tasks,
                count(*) FILTER (WHERE p.event_type = 'rating_received') AS ratings,
                count(*) FILTER (WHERE p.event_type LIKE 'dispute%%') AS disputes,
                count(*) FILTER (WHERE p.event_type = 'appeal') AS appeals
            FROM (
                SELECT v.event_type, v.new_score - v.previous_score AS points
                FROM reputation_events AS v
                WHERE v.worker_id = w.id
            ) AS p
        ) AS e
        WHERE w.id = %(worker_id)s
        """,
        worker_id=worker_id,
    )

    def make(found: _Events) -> Reputation:
        others = found.points_from_others - found.points_from_appeals
        moved = found.points_from_tasks + found.points_from_ratings + found.points_from_disputes
        opening = found.score - moved - found.points_from_others
        factors = [
            ScoreFactor("opening", 0, None, opening),
            ScoreFactor("tasks", found.tasks, 5, found.points_from_tasks),
            ScoreFactor("ratings", found.ratings, 20, found.points_from_ratings),
            ScoreFactor("disputes", found.disputes, 20, found.points_from_disputes),
            ScoreFactor("appeals", found.appeals, None, found.points_from_appeals),
            ScoreFactor("others", found.others, None, others),
        ]
        return Reputation(**_of(_Points, found), factors=factors)

    return Together((query,), make)


def reputation_events(worker_id: UUID, part: Slice) -> Together[Page[ReputationEvent]]:
    """What moved the score, newest first. NotFound as for `get`."""
    query = page(
        ReputationEvent,
        """
        SELECT
            e.id, e.event_type, e.delta, e.previous_score, e.new_score, e.reason, t.id AS task_id, a.status AS appeal,
            CASE e.event_type WHEN 'appeal' THEN e.related_id END AS appealed_event_id, e.created_at
        FROM reputation_events AS e
        LEFT JOIN tasks AS t ON e.related_id = t.id
        LEFT JOIN LATERAL (
            SELECT p.status FROM ops.appeals AS p
            WHERE p.event_id = e.id
            ORDER BY p.id DESC
            LIMIT 1
        ) AS a ON TRUE
        WHERE e.worker_id = %(worker_id)s AND e.id < %(after)s
        ORDER BY e.id DESC
        LIMIT %(limit)s
        """,
        part,
        worker_id=worker_id,
    )
    return behind(get(worker_id), query)


def appeal(worker_id: UUID, event_id: UUID, reason: str) -> Query[Appeal]:
    """Ask for the points back that an event took.

    NotFound unless he is the caller and it is his, WrongState when it took none, AlreadyAppealed.
    """
    # The condition names no column, so it is checked before the function is called.
    return one(
        Appeal,
        """
        SELECT a.id, a.event_id, a.reason, a.status, a.created_at, a.decided_at
        FROM appeal_event(%(event_id)s, %(reason)s) AS a
        WHERE %(worker_id)s = ops.tenant()
        """,
        worker_id=worker_id,
        event_id=event_id,
        reason=reason,
    )


def risk(worker_id: UUID) -> Together[Risk]:
    """NotFound unless he is the caller."""
    return Together((_assessment(worker_id),), _weighed)


def _assessment(worker_id: UUID) -> Query[_Assessed]:
    return one(
        _Assessed,
        """
        SELECT
            r.worker_id, r.risk_score, r.eligible, r.reasons, r.reputation_factor, r.completion_factor,
            r.activity_factor, r.age_factor, r.repayment_factor, r.dispute_factor, r.tasks_last_30_days,
            r.earned_last_30_days, r.loans_total, r.loans_open, r.loans_repaid, r.loans_defaulted,
            r.dispute_rate::text, r.completion_rate::text, r.account_age_days, w.reputation_score
        FROM worker_risk_assessment AS r
        INNER JOIN workers AS w ON r.worker_id = w.id
        WHERE r.worker_id = %(worker_id)s AND r.worker_id = ops.tenant()
        """,
        worker_id=worker_id,
    )


def _weighed(found: _Assessed) -> Risk:
    repaid = 0 if found.loans_defaulted else found.loans_repaid + 1
    factors = [
        RiskFactor("reputation", str(found.reputation_score), "0.3", 300, found.reputation_factor),
        RiskFactor("completion", found.completion_rate, "2.5", 250, found.completion_factor),
        RiskFactor("activity", str(found.tasks_last_30_days), "15", 150, found.activity_factor),
        RiskFactor("age", str(found.account_age_days), "2.5", 150, found.age_factor),
        RiskFactor("repayment", str(repaid), "50", 150, found.repayment_factor),
        RiskFactor("disputes", found.dispute_rate, "-4", -200, found.dispute_factor),
    ]
    lifted = found.risk_score - sum(factor.points for factor in factors)
    floor = RiskFactor("floor", str(lifted), "1", 200, lifted)
    return Risk(**_of(_Risk, found), factors=[*factors, floor])


def daily_earnings(platform_id: UUID | None = None) -> Query[list[Day]]:
    """What the calling worker was paid in the last eight weeks, by day; by all platforms or by one."""
    return many(
        Day,
        """
        SELECT d.platform_id, d.days_ago, d.amount
        FROM daily_earnings(56) AS d
        WHERE %(platform_id)s::uuid IS NULL OR d.platform_id = %(platform_id)s
        """,
        platform_id=platform_id,
    )


def standing(worker_id: UUID, platform_id: UUID | None) -> Together[Standing]:
    """NotFound unless he is the caller, and for a platform that he does not work for."""
    platforms = many(
        Employment,
        """
        SELECT
            p.id AS platform_id,
            p.name AS platform_name,
            accrued_pay(m.worker_id, p.id) AS accrued,
            CASE WHEN t.enabled AND p.is_active THEN t.share_percent END AS share_percent
        FROM ops.memberships AS m
        INNER JOIN platforms AS p ON m.platform_id = p.id
        LEFT JOIN ops.advance_terms AS t ON p.id = t.platform_id
        WHERE m.worker_id = ops.tenant() AND m.left_at IS NULL
            AND (%(platform_id)s::uuid IS NULL OR p.id = %(platform_id)s)
        ORDER BY p.id
        """,
        platform_id=platform_id,
    )

    def make(found: list[Employment], days: list[Day], now: _Assessed) -> Standing:
        if platform_id is not None and not found:
            raise NotFound
        return Standing(found, days, _weighed(now))

    return Together((platforms, daily_earnings(platform_id), _assessment(worker_id)), make)


def tasks_of(worker_id: UUID, caller: str, part: Slice, status: tasks.Status | None) -> Together[Page[tasks.Task]]:
    """A worker's tasks that the caller sees. NotFound as for `get`."""
    return behind(get(worker_id), tasks.mine(caller, part, status=status, worker_id=worker_id))


def streams_of(
    worker_id: UUID, caller: str, part: Slice, status: streams.Status | None
) -> Together[Page[streams.Stream]]:
    """A worker's streams that the caller sees. NotFound as for `get`."""
    return behind(get(worker_id), streams.mine(caller, part, status=status, worker_id=worker_id))


def transactions_of(
    worker_id: UUID,
    caller: str,
    part: Slice,
    *,
    tx_type: transactions.Type | None,
    status: transactions.Status | None,
) -> Together[Page[transactions.Transaction]]:
    """A worker's transactions that the caller sees. NotFound as for `get`."""
    query = transactions.mine(caller, part, tx_type=tx_type, status=status, worker_id=worker_id)
    return behind(get(worker_id), query)


def loans_of(worker_id: UUID, part: Slice, status: loans.Status | None) -> Together[Page[loans.Loan]]:
    """NotFound unless he is the caller."""
    return behind(get(worker_id), loans.mine(part, status))


def update_account_ages(as_of: datetime, after: UUID, limit: int) -> Query[Ages]:
    """Count the account age, days, of the next `limit` workers after an id."""
    return one(
        Ages,
        "SELECT last_id, seen, changed FROM update_account_ages(%(as_of)s, %(after)s, %(limit)s)",
        as_of=as_of,
        after=after,
        limit=limit,
    )


def _of(kind: type[Any], row: object) -> dict[str, Any]:
    """The fields of a row that a class of fewer has."""
    return {field.name: getattr(row, field.name) for field in fields(kind)}
