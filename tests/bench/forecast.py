"""How far the forecast of a week's earnings is off, beside 'the same as last week': `python -m tests.bench.forecast`.

WAPE is the sum of the errors, without sign, by the sum of what was earned; over many workers and held-out weeks.
"""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal

from tests.histories import Case, cases

from gigstream.rules import forecast

Rule = Callable[[Sequence[Decimal]], Decimal]

SEEDS = (11, 12, 13, 14, 15)
WORKERS = 1000


def last_week(days: Sequence[Decimal]) -> Decimal:
    """What anybody would say first."""
    return sum(days[-7:], Decimal(0))


def wape(rule: Rule, weeks: list[Case]) -> Decimal:
    """The error by what was earned."""
    wrong = sum((abs(rule(week.days) - week.week) for week in weeks), Decimal(0))
    return wrong / sum((week.week for week in weeks), Decimal(0))


def main() -> None:
    """A JSON line a seed."""
    for seed in SEEDS:
        weeks = cases(seed, WORKERS, forecast.DAYS)
        ours, naive = wape(forecast.next_week, weeks), wape(last_week, weeks)
        told = {"seed": seed, "weeks": len(weeks), "forecast": f"{ours:.4f}", "last_week": f"{naive:.4f}"}
        print(json.dumps(told | {"better_by": f"{1 - ours / naive:.1%}"}))


if __name__ == "__main__":
    main()
