"""One minute for release workers to meet in: the same streams as often as wanted, and what they were paid."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from tests.books import Books, Row

MINUTE = datetime.now(UTC).replace(second=0, microsecond=0)
START = MINUTE - timedelta(seconds=1000)
PLATFORMS, WORKERS, EACH = 2, 4, 150
STREAMS = PLATFORMS * WORKERS * EACH


def terms(seed: int) -> list[tuple[Decimal, int]]:
    """Totals and seconds; about a third of the streams are at their end within the minute."""
    chance = random.Random(seed)
    return [(Decimal(chance.randint(1, 10**7)) / 10**6, chance.randint(60, 3000)) for _ in range(EACH)]


def opened(books: Books) -> list[UUID]:
    """Two platforms that share four workers, with the same streams each time, all of them due."""
    platforms = [books.platform("10000") for _ in range(PLATFORMS)]
    workers = [books.worker(*platforms) for _ in range(WORKERS)]
    for number, platform in enumerate(platforms):
        for other, worker in enumerate(workers):
            books.streams(platform, worker, START, terms(10 * number + other))
    # In a mixed order, so that each batch pays from several accounts to several.
    books.plant(
        "UPDATE streams SET next_release_at = next_release_at - random() * interval '1 minute'"
        " WHERE platform_id = ANY(%s)",
        platforms,
    )
    return platforms


def released(books: Books, platforms: list[UUID]) -> list[tuple[list[Row], list[Row]]]:
    return [
        (
            books.rows(
                "SELECT total_amount, released_amount, release_seq, status, next_release_at FROM streams"
                " WHERE platform_id = %s ORDER BY total_amount, end_time",
                platform,
            ),
            books.rows(
                "SELECT kind, balance FROM ledger.accounts WHERE platform_id = %s ORDER BY kind, balance", platform
            ),
        )
        for platform in platforms
    ]
