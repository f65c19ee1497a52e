"""Sixteen ticks of the same minute do what one does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

from tests.books import Books, Row
from tests.faults.minute import MINUTE, STREAMS, opened, released

WORKERS = 16


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

    assert sum(batch["due"] for run in runs for batch in run) == STREAMS
    assert sum(run[0]["due"] > 0 for run in runs) > 1, "one worker did it all"
    assert released(books, together) == released(books, alone)
    assert books.differences() == []
