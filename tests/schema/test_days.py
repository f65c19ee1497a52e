"""A platform's days in figures: whatever happens to tasks and money, they equal a recount; the API reads them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.books import Books, Row
from tests.conftest import Api
from tests.people import new_platform, new_stream, new_task, new_worker


def days(books: Books) -> list[Row]:
    return books.rows("SELECT * FROM ops.task_days WHERE (created, completed, cancelled) <> (0, 0, 0) ORDER BY day")


def test_a_day_counts_what_happened_on_it(books: Books) -> None:
    platform = books.platform()
    worker, other = books.worker(platform), books.worker(platform)
    books.completed(platform, worker, "10")
    books.completed(platform, worker, "5")
    books.act(platform, "cancel_task", books.task(platform, other))
    books.stream(platform, other, "36", ago=600)
    books.release()
    payout = books.job("process_payment", worker, platform, 4)
    books.job("complete_payment", payout["id"], "0x" + "1" * 64, 1)

    (day,) = days(books)
    assert (day["created"], day["completed"], day["cancelled"]) == (4, 2, 1)
    earned = books.row("SELECT * FROM ops.earning_days")
    assert 6 <= earned["released"] < Decimal("6.1")
    assert (earned["earned"], earned["workers"]) == (15 + earned["released"], 2)
    assert books.value("SELECT paid_out FROM ops.payout_days") == 4


def test_a_task_that_moves_in_time_or_goes_takes_its_counts_along(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    draft = books.draft(platform, worker)
    books.plant("UPDATE tasks SET created_at = '2026-02-28T23:59:59.999999Z' WHERE id = %s", draft)
    assert [(day["day"], day["created"]) for day in days(books)] == [(date(2026, 2, 28), 1)]
    books.plant("UPDATE tasks SET created_at = '2026-03-01T01:00:00+02:00' WHERE id = %s", draft)
    assert [(day["day"], day["created"]) for day in days(books)] == [(date(2026, 2, 28), 1)]
    books.operate("DELETE FROM tasks WHERE id = %s", draft)
    assert days(books) == []


def test_a_platform_that_goes_takes_its_days_along(books: Books) -> None:
    platform = books.platform("0")
    books.draft(platform, books.worker(platform))
    books.plant("DELETE FROM ops.outbox")
    books.plant("DELETE FROM platforms WHERE id = %s", platform)
    assert books.value("SELECT count(*) FROM ops.task_days") == 0


def test_a_change_that_moves_no_figure_writes_nothing(books: Books) -> None:
    platform = books.platform()
    task = books.task(platform, books.worker(platform))
    with books.measured("ops.task_days") as cost:
        books.operate("UPDATE tasks SET rating = 5 WHERE id = %s", task)
    assert cost["updated"] == 0


@pytest.fixture
def read(api: Api) -> Callable[..., list[Row]]:
    platform = new_platform(api)
    worker = new_worker(api, platform)
    done = new_task(platform, worker, "10")
    platform.made(f"/v1/tasks/{done}/start")
    platform.made(f"/v1/tasks/{done}/complete", {})
    new_stream(platform, worker)

    def read(query: str = "") -> list[Row]:
        answer = platform.get(f"/v1/analytics/daily{query}")
        assert answer.status == 200, answer.body
        data: list[Row] = answer.json["data"]
        return data

    return read


def test_days_are_read_without_gaps(read: Callable[..., list[Row]]) -> None:
    today = datetime.now(UTC).date()
    usual = read()
    assert [day["day"] for day in usual] == [str(today - timedelta(days=ago)) for ago in range(29, -1, -1)]
    assert usual[-1] == {
        "day": str(today), "tasks_created": 2, "tasks_completed": 1, "tasks_cancelled": 0, "earned": "10.000000",
        "released": "0.000000", "paid_out": "0.000000", "active_workers": 1,
    }  # fmt: skip
    assert all(day["tasks_created"] == 0 for day in usual[:-1])
    assert read(f"?from_date={today}&to_date={today}") == usual[-1:]
    assert read(f"?to_date={today}") == usual
    assert read(f"?from_date={today - timedelta(days=29)}") == usual
    assert len(read("?from_date=2024-01-01&to_date=2024-12-31")) == 366


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?from_date=2026-02-02&to_date=2026-02-01", "to_date"),
        ("?from_date=2025-01-01&to_date=2026-01-02", "to_date"),
        ("?from_date=9999-12-31", "from_date"),
        ("?to_date=0001-01-01", "to_date"),
    ],
)
def test_a_span_that_is_none_is_refused(api: Api, query: str, field: str) -> None:
    answer = new_platform(api).get(f"/v1/analytics/daily{query}")
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])


def test_another_platform_has_days_of_its_own(api: Api, read: Callable[..., list[Row]]) -> None:
    assert read()[-1]["tasks_created"] == 2
    assert new_platform(api).get("/v1/analytics/daily").json["data"][-1]["tasks_created"] == 0
