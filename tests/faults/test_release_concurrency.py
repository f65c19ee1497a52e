"""Sixteen ticks of the same minute do what one does."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from uuid import UUID

from tests.books import Books, Row

WORKERS = 16
MINUTE = datetime.now(UTC).replace(second=0, microsecond=0)
START = MINUTE - timedelta(seconds=1000)


def terms(seed: int) -> list[tuple[Decimal, int]]:
    """Totals and seconds; about a third of the streams are at their end within the minute."""
    chance = random.Random(seed)
    return [(Decimal(chance.randint(1, 10**7)) / 10**6, chance.randint(60, 3000)) for _ in range(150)]


def opened(books: Books) -> list[UUID]:
    """Two platforms that share four workers, with the same streams each time."""
    platforms = [books.platform("10000") for _ in range(2)]
    workers = [books.worker(*platforms) for _ in range(4)]
    for number, platform in enumerate(platforms):
        for other, worker in enumerate(workers):
            books.streams(platform, worker, START, terms(10 * number + other))
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


def tick(url: Callable[[str], str], start: Barrier) -> list[Row]:
    """One release worker, until nothing is due."""
    with closing(Books(url)) as books:
        books.connection("jobs")
        start.wait()
        batches = [books.release(MINUTE, limit=20)]
        while batches[-1]["due"]:
            batches.append(books.release(MINUTE, limit=20))
        return batches


def test_sixteen_workers_on_one_minute_release_what_one_does(books: Books, url: Callable[[str], str]) -> None:
    alone = opened(books)
    books.release(MINUTE, limit=10_000)
    together = opened(books)
    start = Barrier(WORKERS)

    with ThreadPoolExecutor(WORKERS) as pool:
        runs = [future.result() for future in [pool.submit(tick, url, start) for _ in range(WORKERS)]]

    assert sum(batch["due"] for run in runs for batch in run) == len(together) * 4 * 150
    assert sum(run[0]["due"] > 0 for run in runs) > 1, "one worker did it all"
    assert released(books, together) == released(books, alone)
    assert books.differences() == []
