"""A platform's days in figures."""

from datetime import date, timedelta
from decimal import Decimal

from gigstream.errors import Invalid
from gigstream.queries.base import Query
from gigstream.structs import struct

MAX_DAYS = 366
USUAL = timedelta(days=29)


@struct
class Day:
    """A UTC day. `active_workers` were credited something; the amounts are USDC.

    `earned` is what workers were credited, `released` the part of it that streams paid, `paid_out` what left for them.
    """

    day: date
    tasks_created: int
    tasks_completed: int
    tasks_cancelled: int
    earned: Decimal
    released: Decimal
    paid_out: Decimal
    active_workers: int


@struct
class Days:
    """One after the other, the oldest first, without gaps."""

    data: list[Day]


def daily(from_date: date | None, to_date: date | None) -> Query[Days]:
    """The calling platform's days. Raises Invalid naming to_date when it is before from_date or too far from it."""
    try:
        from_date = from_date or (to_date and to_date - USUAL)
        to_date = to_date or (from_date and from_date + USUAL)
    except OverflowError:
        raise Invalid(fields={"to_date" if to_date else "from_date": "is too far away"}) from None
    if from_date and to_date and not 0 <= (to_date - from_date).days < MAX_DAYS:
        raise Invalid(fields={"to_date": f"must be from_date or at most {MAX_DAYS - 1} days later"})
    return Query(
        """
        SELECT
            s.day,
            coalesce(k.created, 0) AS tasks_created,
            coalesce(k.completed, 0) AS tasks_completed,
            coalesce(k.cancelled, 0) AS tasks_cancelled,
            coalesce(e.earned, 0) AS earned,
            coalesce(e.released, 0) AS released,
            coalesce(p.paid_out, 0) AS paid_out,
            coalesce(e.workers, 0) AS active_workers
        FROM (SELECT (statement_timestamp() AT TIME ZONE 'UTC')::date AS today) AS t
        CROSS JOIN LATERAL (
            SELECT coalesce(%(from_date)s, t.today - 29) + n AS day
            FROM generate_series(0, coalesce(%(to_date)s::date - %(from_date)s::date, 29)) AS n
            WHERE coalesce(%(from_date)s, t.today - 29) + n <= t.today
        ) AS s
        LEFT JOIN ops.task_days AS k ON k.platform_id = ops.tenant() AND s.day = k.day
        LEFT JOIN ops.earning_days AS e ON e.platform_id = ops.tenant() AND s.day = e.day
        LEFT JOIN ops.payout_days AS p ON p.platform_id = ops.tenant() AND s.day = p.day
        ORDER BY s.day
        """,
        {"from_date": from_date, "to_date": to_date},
        Day,
        Days,
    )
