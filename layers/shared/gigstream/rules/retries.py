"""When a webhook is sent again: the table that Standard Webhooks suggests, 75 hours in all."""

from typing import Final

# Seconds from a failed attempt to the next one; after the tenth there is none.
DELAYS: Final = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER: Final = 0.1
LONGEST: Final = 86_400


def seconds_until_next(attempts: int, chance: float, asked: int | None = None) -> float | None:
    """How long to wait after `attempts` of them have failed; None when that was the last one.

    `chance`, 0 to 1, makes it up to a tenth longer, so that what failed together does not come back together. What the
    receiver `asked` for, in seconds, counts where it is longer, up to a day.
    """
    if attempts > len(DELAYS):
        return None
    return max(DELAYS[attempts - 1], min(asked or 0, LONGEST)) * (1 + JITTER * chance)
