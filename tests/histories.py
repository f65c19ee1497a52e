"""Made-up histories of daily earnings, as gig workers have them: the same seed makes the same ones.

A worker has days of the week on which he likes to work, a level that jumps now and then (another city, another rate),
holidays and illness of days to weeks, and luck; some are new, and some work on few days only. The constants are plain
assumptions, each wide enough that no rule can be tuned to one kind of worker.
"""

import random
from dataclasses import dataclass
from decimal import Decimal

WEEK = 7

# How likely a day of the week is worked and how much it brings, Monday first: office days, evenings and weekends, any.
KINDS = [
    (0.50, (1.0, 1.0, 1.0, 1.0, 1.0, 0.3, 0.1)),
    (0.25, (0.3, 0.2, 0.4, 0.7, 1.2, 1.6, 1.3)),
    (0.25, (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)),
]
NEW = 0.25  # of the workers begin within the time
JUMP, JUMP_SIZE = 1 / 45, 0.5  # chance a day, and size in logarithms: half as much again or a third less is common
HOLIDAY, HOLIDAY_DAYS = 1 / 60, (3, 14)


@dataclass(frozen=True)
class Case:
    """What was known of a worker when he asked, USDC a day, and what the next seven days brought."""

    days: list[Decimal]
    week: Decimal


def history(chance: random.Random, days: int) -> list[Decimal]:
    """USDC on each day, the oldest first."""
    (pattern,) = chance.choices([kind for _, kind in KINDS], [share for share, _ in KINDS])
    likely = [min(1.0, part * chance.uniform(0.5, 1.1)) for part in pattern]
    level, luck = 10 ** chance.uniform(1.2, 2.4), chance.uniform(0.15, 0.8)
    first = chance.randrange(days - 2 * WEEK) if chance.random() < NEW else 0
    away = 0
    earned = []
    for day in range(days):
        amount = 0.0
        if chance.random() < JUMP:
            level *= chance.lognormvariate(0, JUMP_SIZE)
        if away == 0 and chance.random() < HOLIDAY:
            away = chance.randint(*HOLIDAY_DAYS)
        if away > 0:
            away -= 1
        elif day >= first and chance.random() < likely[day % WEEK]:
            amount = level * pattern[day % WEEK] * chance.lognormvariate(-luck * luck / 2, luck)
        earned.append(Decimal(int(amount * 10**6)).scaleb(-6))
    return earned


def cases(seed: int, workers: int, known: int, weeks: int = 12) -> list[Case]:
    """Each worker asks on one day in each of so many weeks, which is held out: his rule sees the `known` days before.

    Who had not earned by then is not asked about: he gets no advance.
    """
    chance = random.Random(seed)
    found = []
    for _ in range(workers):
        earned = history(chance, known + (weeks + 1) * WEEK)
        for week in range(weeks):
            today = known + week * WEEK + chance.randrange(WEEK)
            days = earned[today - known : today]
            if any(days):
                found.append(Case(days, sum(earned[today : today + WEEK], Decimal(0))))
    return found
