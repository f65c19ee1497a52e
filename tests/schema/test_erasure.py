"""erase_worker beside other writers: what happens at the same moment happens before it or not at all."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

import pytest
from tests.books import Books, acting, call, refused

ERASED = "Erased worker"


@pytest.fixture
def rival(books: Books) -> Iterator[Books]:
    """A second client of the same database."""
    rival = Books(books.url)
    yield rival
    rival.close()


@contextmanager
def waiting(books: Books, work: Callable[[], object]) -> Iterator[Future[object]]:
    """Start work that waits for a lock of somebody's, before what is inside is done."""
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(work)
        while not books.value("SELECT count(*) FROM pg_locks WHERE NOT granted", role="auditor"):
            assert not begun.done()
            time.sleep(0.01)
        yield begun


def erase(books: Books, worker: UUID) -> None:
    with acting(books.connection("api"), "worker", worker) as connection:
        call(connection, "erase_worker", worker)


def test_a_task_that_is_being_given_keeps_the_worker(books: Books, rival: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)

    with acting(books.connection("api"), "platform", platform) as connection:
        call(connection, "create_task", worker, "fixed", 1, "a task")
        with waiting(books, lambda: erase(rival, worker)) as erasing:
            connection.execute("COMMIT")
    with refused("GS011"):
        erasing.result()
    assert books.value("SELECT name FROM workers") != ERASED
    assert books.differences() == []


def test_a_worker_who_is_being_erased_gets_no_task(books: Books, rival: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)

    with acting(books.connection("api"), "worker", worker) as connection:
        call(connection, "erase_worker", worker)
        with waiting(books, lambda: rival.task(platform, worker)) as giving:
            connection.execute("COMMIT")
    with refused("23514", "memberships_left"):
        giving.result()
    assert books.row("SELECT name, total_tasks FROM workers") == {"name": ERASED, "total_tasks": 0}
    assert books.differences() == []


def test_a_password_that_was_right_a_moment_ago_opens_nothing(books: Books) -> None:
    worker = books.worker()
    erase(books, worker)

    with refused("GS002"):
        call(books.connection("api"), "sign_in", "w@w.example", worker, None, b"\0" * 32)
    assert books.value("SELECT count(*) FROM ops.refresh_tokens", role="owner") == 0
