"""workers.total_tasks, total_earned, completion_rate, dispute_rate and average_rating follow the tasks."""

from decimal import Decimal
from uuid import UUID

from tests.books import Books


def figures(books: Books, worker: UUID) -> tuple[object, ...]:
    row = books.row(
        "SELECT total_tasks, total_earned, completion_rate, dispute_rate, average_rating FROM workers WHERE id = %s",
        worker,
    )
    return tuple(row.values())


def test_a_new_worker_has_zeros(books: Books) -> None:
    assert figures(books, books.worker()) == (0, 0, 0, 0, 0)


def test_figures_of_a_small_history(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.completed(platform, worker, "10", rating=5)
    books.completed(platform, worker, "2.5", rating=4)
    books.act(platform, "cancel_task", books.task(platform, worker))
    books.operate(
        "UPDATE tasks SET status = 'disputed', disputed_at = now() WHERE id = %s", books.task(platform, worker)
    )

    assert figures(books, worker) == (4, Decimal("12.5"), Decimal("66.67"), 25, Decimal("4.5"))


def test_reassigning_a_draft_moves_it_from_one_worker_to_the_other(books: Books) -> None:
    platform = books.platform()
    first, second = books.worker(platform), books.worker(platform)
    books.draft(platform, first)

    books.operate("UPDATE tasks SET worker_id = %s", second)

    assert (figures(books, first)[0], figures(books, second)[0]) == (0, 1)


def test_a_deleted_draft_is_counted_no_longer(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.draft(platform, worker)

    books.operate("DELETE FROM tasks")

    assert figures(books, worker)[0] == 0


def test_a_bulk_change_writes_each_worker_once(books: Books) -> None:
    platform = books.platform()
    workers = [books.worker(platform) for _ in range(4)]
    books.drafts(platform, workers * 250)

    with books.measured("workers") as cost:
        books.operate("UPDATE tasks SET rating = 4")

    # Once by these statistics, once by last_active_at.
    assert cost["updated"] == 2 * len(workers)
    assert {figures(books, worker)[4] for worker in workers} == {4}


def test_a_change_costs_the_same_whatever_the_history(books: Books) -> None:
    platform = books.platform()
    newcomer, veteran = books.worker(platform), books.worker(platform)
    books.drafts(platform, [newcomer] + [veteran] * 2000)
    books.plant("ANALYZE")

    read = []
    for worker in [newcomer, veteran]:
        task = books.value("SELECT id FROM tasks WHERE worker_id = %s LIMIT 1", worker)
        with books.measured("tasks") as cost:
            books.operate("UPDATE tasks SET rating = 4 WHERE id = %s", task)
        read.append(cost["read"])

    assert read == [1, 1]
