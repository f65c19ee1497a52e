"""update_account_ages: whole UTC days since an account was opened, in batches, writing only what changed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.books import Books

FIRST = UUID(int=0)


def open_accounts(books: Books, *days: int) -> list[UUID]:
    """Workers who registered so many days ago, late in the evening."""
    workers = sorted(books.worker() for _ in days)
    for worker, ago in zip(workers, days, strict=True):
        books.plant(
            "UPDATE workers SET created_at = (current_date - %s) + time '23:59' AT TIME ZONE 'UTC' WHERE id = %s",
            ago,
            worker,
        )
    return workers


def ages(books: Books) -> list[int]:
    return [row["account_age_days"] for row in books.rows("SELECT account_age_days FROM workers ORDER BY id")]


def test_ages_are_days_of_the_calendar_and_a_second_run_writes_nothing(books: Books) -> None:
    open_accounts(books, 0, 1, 400)

    assert books.job("update_account_ages", datetime.now(UTC), FIRST, 10)["changed"] == 2
    assert ages(books) == [0, 1, 400]
    with books.measured("workers", role="jobs") as cost:
        books.job("update_account_ages", datetime.now(UTC), FIRST, 10)
    assert cost["updated"] == 0


def test_batches_follow_each_other_until_no_worker_is_left(books: Books) -> None:
    workers = open_accounts(books, 1, 2, 3, 4, 5)
    batches = [books.job("update_account_ages", datetime.now(UTC), FIRST, 2)]
    while batches[-1]["seen"]:
        batches.append(books.job("update_account_ages", datetime.now(UTC), batches[-1]["last_id"], 2))

    assert [(batch["seen"], batch["changed"]) for batch in batches] == [(2, 2), (2, 2), (1, 1), (0, 0)]
    assert [batch["last_id"] for batch in batches] == [workers[1], workers[3], workers[4], workers[4]]
    assert ages(books) == [1, 2, 3, 4, 5]


def test_a_late_run_counts_to_its_own_day_and_a_clock_ahead_to_the_databases(books: Books) -> None:
    open_accounts(books, 10)

    books.job("update_account_ages", datetime.now(UTC) - timedelta(days=3), FIRST, 10)
    assert ages(books) == [7]
    books.job("update_account_ages", datetime.now(UTC) + timedelta(days=3), FIRST, 10)
    assert ages(books) == [10]
