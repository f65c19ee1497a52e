"""platforms.total_tasks, active_workers and total_payouts, and memberships.open_tasks, follow the rows."""

from decimal import Decimal
from uuid import UUID

from tests.books import Books


def figures(books: Books, platform: UUID) -> tuple[object, ...]:
    row = books.row("SELECT total_tasks, active_workers, total_payouts FROM platforms WHERE id = %s", platform)
    return tuple(row.values())


def open_tasks(books: Books, platform: UUID, worker: UUID) -> int:
    found: int = books.value(
        "SELECT open_tasks FROM ops.memberships WHERE platform_id = %s AND worker_id = %s", platform, worker
    )
    return found


def test_a_member_without_open_tasks_is_not_active(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    assert figures(books, platform) == (0, 0, 0)

    task = books.task(platform, worker)
    assert (figures(books, platform), open_tasks(books, platform, worker)) == ((1, 1, 0), 1)

    books.act(platform, "cancel_task", task)
    assert (figures(books, platform), open_tasks(books, platform, worker)) == ((1, 0, 0), 0)


def test_a_worker_with_two_open_tasks_is_one_active_worker(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.task(platform, worker)
    books.completed(platform, worker)
    books.task(platform, worker)

    assert (figures(books, platform), open_tasks(books, platform, worker)) == ((3, 1, 0), 2)


def test_a_worker_who_gets_a_task_becomes_a_member(books: Books) -> None:
    platform = books.platform()
    first, second = books.worker(platform), books.worker()
    books.draft(platform, first)

    books.operate("UPDATE tasks SET worker_id = %s", second)

    assert (open_tasks(books, platform, first), open_tasks(books, platform, second)) == (0, 1)
    assert figures(books, platform) == (1, 1, 0)


def test_a_payout_counts_once_it_is_completed(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.completed(platform, worker, "10")
    payout = books.job("process_payment", worker, platform, Decimal("7.5"))
    assert figures(books, platform)[2] == 0

    books.job("complete_payment", payout["id"], "0x" + "0" * 64, 1)

    assert figures(books, platform)[2] == Decimal("7.5")


def test_a_bulk_change_over_several_platforms_writes_each_once(books: Books) -> None:
    platforms = [books.platform() for _ in range(3)]
    worker = books.worker(*platforms)
    books.task(platforms[0], worker)

    with books.measured("platforms") as cost:
        books.operate(
            "INSERT INTO tasks (platform_id, worker_id, task_type, amount, title)"
            " SELECT p, %s, 'fixed', 1, 'a draft' FROM unnest(%s) AS p, generate_series(1, 300)",
            worker, platforms,
        )  # fmt: skip

    # total_tasks in one pass, active_workers in another for the two platforms whose worker had nothing open.
    assert cost["updated"] == 3 + 2
    assert [figures(books, platform) for platform in platforms] == [(301, 1, 0), (300, 1, 0), (300, 1, 0)]


def test_a_change_that_moves_no_figure_writes_no_platform(books: Books) -> None:
    platform = books.platform()
    books.drafts(platform, [books.worker(platform)] * 10)

    with books.measured("platforms") as cost:
        books.operate("UPDATE tasks SET rating = 4")

    assert cost["updated"] == 0
