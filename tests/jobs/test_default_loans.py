"""The daily job on predictive advances that are overdue."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.books import Books, acting, call

Job = Callable[..., Any]


@pytest.fixture
def books(url: Callable[[str], str]) -> Iterator[Books]:
    books = Books(url)
    yield books
    books.close()


def lent(books: Books, mode: str = "predictive", repaid: str | None = None) -> UUID:
    """An advance of 4 USDC, as old as it may be."""
    platform = books.platform()
    worker = books.worker(platform)
    call(books.connection("operator"), "fund_pool", 4)
    books.stream(platform, worker, "36", ago=600, interval=3600)
    with acting(books.connection("api"), "worker", worker) as connection:
        quote = call(connection, "quote_advance", platform, "earned", 4)
        loan: UUID = call(connection, "accept_advance", quote["id"])["id"]
        if repaid:
            call(connection, "repay_advance", loan, Decimal(repaid))
    books.plant("UPDATE loans SET mode = %s, repayment_due = now() - interval '1 minute' WHERE id = %s", mode, loan)
    return loan


def found(books: Books, loan: UUID) -> tuple[Any, ...]:
    row = books.row(
        """
        SELECT l.status, w.reputation_score, l.defaulted_at IS NOT NULL AS dated
        FROM loans AS l INNER JOIN workers AS w ON l.worker_id = w.id WHERE l.id = %s
        """,
        loan,
    )
    return tuple(row.values())


def test_what_is_overdue_is_given_up_once(books: Books, job: Job) -> None:
    loan = lent(books, repaid="1")

    assert job("DefaultLoans", at=datetime.now(UTC)) == {"overdue": 1, "defaulted": 1}
    assert job("DefaultLoans", at=datetime.now(UTC)) == {"overdue": 0, "defaulted": 0}
    assert found(books, loan) == ("defaulted", 400, True)
    assert books.balance("advance_pool") == 1
    assert books.value("SELECT count(*) FROM ops.outbox WHERE event = 'loan.defaulted' AND object_id = %s", loan) == 1
    assert books.value("SELECT actor_type FROM audit_logs WHERE action = 'loan.written_off'") == "system"


def test_what_is_not_due_or_earned_is_left_alone(books: Books, job: Job) -> None:
    early, earned = lent(books), lent(books, mode="earned")

    assert job("DefaultLoans", at=datetime.now(UTC) - timedelta(hours=1)) == {"overdue": 0, "defaulted": 0}
    assert found(books, early) == ("disbursed", 500, False)
    job("DefaultLoans")
    assert found(books, earned) == ("disbursed", 500, False)


@pytest.mark.parametrize("how", ["repaid", "written off"])
def test_what_was_settled_at_the_last_moment_is_left_alone(books: Books, how: str) -> None:
    loan = lent(books)
    if how == "written off":
        call(books.connection("operator"), "write_off_advance", loan)
    else:
        parties = books.row("SELECT platform_id, worker_id FROM loans")
        books.completed(parties["platform_id"], parties["worker_id"], "8.16")
    before = found(books, loan)

    assert books.job("default_advance", loan, datetime.now(UTC)) == {"defaulted": False}
    assert found(books, loan) == before
