"""workers.last_active_at follows tasks and sign-ins, not releases, and never goes back."""

from datetime import datetime
from uuid import UUID, uuid4

from tests.books import Books

LAST = "SELECT last_active_at FROM workers WHERE id = %s"


def last_active(books: Books, worker: UUID) -> datetime | None:
    found: datetime | None = books.value(LAST, worker)
    return found


def test_a_worker_is_active_from_the_first_task_on_and_later_with_each_change(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    assert last_active(books, worker) is None

    task = books.task(platform, worker)
    first = last_active(books, worker)
    books.act(platform, "start_task", task)

    assert first is not None
    assert books.value(f"SELECT ({LAST}) > %s", worker, first)


def test_a_sign_in_counts(books: Books) -> None:
    worker = books.worker()

    books.plant(
        "INSERT INTO ops.refresh_tokens (session_id, worker_id, token_hash, expires_at, session_ends_at)"
        " VALUES (%s, %s, %s, now(), now())",
        uuid4(), worker, bytes(32),
    )  # fmt: skip

    assert last_active(books, worker)


def test_a_release_does_not_count(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.stream(platform, worker, ago=600)
    before = last_active(books, worker)

    assert books.release()["released"] == 1

    assert last_active(books, worker) == before


def test_it_never_goes_back(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.plant("UPDATE workers SET last_active_at = '2999-01-01'")

    books.task(platform, worker)

    assert books.value("SELECT last_active_at = '2999-01-01' FROM workers")
