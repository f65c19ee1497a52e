"""A worker's risk, and what else decides about his advance: what he earned and accrues, his platforms' terms."""

from decimal import Decimal
from typing import Literal
from uuid import UUID

from gigstream.errors import NotFound
from gigstream.queries.base import Query, Together, fields_of, many, one
from gigstream.structs import struct


@struct
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


@struct
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


@struct
class _Assessed(_Risk):
    reputation_score: int


@struct
class Risk(_Risk):
    """The risk of a predictive advance: `reasons` says what fails.

    The points of `factors` add up to the score, 0..1000.
    """

    factors: list[RiskFactor]


@struct
class Day:
    """What a worker was paid by one platform, USDC, so many whole days ago."""

    platform_id: UUID
    days_ago: int
    amount: Decimal


@struct
class Employment:
    """A platform that he works for, what has `accrued` with it and was not released, USDC, and its terms.

    `share_percent` of what he is predicted to earn with it may be advanced; None when it does not offer that.
    """

    platform_id: UUID
    platform_name: str
    accrued: Decimal
    share_percent: int | None


@struct
class Standing:
    """All that the rules on advances ask for."""

    platforms: list[Employment]
    days: list[Day]
    risk: Risk

    def days_with(self, platform_id: UUID) -> list[Day]:
        """What one platform paid."""
        return [day for day in self.days if day.platform_id == platform_id]


def assessment(worker_id: UUID) -> Together[Risk]:
    """NotFound unless he is the caller."""
    return Together((_assessed(worker_id),), _weighed)


def _assessed(worker_id: UUID) -> Query[_Assessed]:
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
    return Risk(**fields_of(_Risk, found), factors=[*factors, floor])


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

    return Together((platforms, daily_earnings(platform_id), _assessed(worker_id)), make)
