"""A task's life: its price is held when it is given, paid when it is completed, given back when it is cancelled."""

from uuid import UUID, uuid4

import pytest
from tests.books import Books, Money, acting, call, refused


@pytest.fixture
def platform(books: Books) -> UUID:
    return books.platform("100")


@pytest.fixture
def worker(books: Books, platform: UUID) -> UUID:
    return books.worker(platform)


def status(books: Books, task: UUID) -> tuple[str, Money]:
    row = books.row("SELECT status, paid_amount FROM tasks WHERE id = %s", task)
    return row["status"], row["paid_amount"]


def test_a_completed_task_pays_the_worker_its_price(books: Books, platform: UUID, worker: UUID) -> None:
    task = books.task(platform, worker, "30")
    assert books.funds(platform) == (70, 30)
    books.act(platform, "start_task", task)
    books.act(platform, "complete_task", task)

    assert books.funds(platform) == (70, 0)
    assert books.balance("worker_available", worker, platform) == 30
    assert status(books, task) == ("completed", 30)


@pytest.mark.parametrize("started", [False, True])
def test_a_cancelled_task_gives_its_price_back(books: Books, platform: UUID, worker: UUID, started: bool) -> None:
    task = books.task(platform, worker, "30")
    if started:
        books.act(platform, "start_task", task)
    books.act(platform, "cancel_task", task)

    assert books.funds(platform) == (100, 0)
    assert status(books, task) == ("cancelled", 0)


def test_a_task_beyond_the_platforms_funds_is_refused_whole(books: Books, platform: UUID, worker: UUID) -> None:
    with refused("23514", "accounts_balance_floor"):
        books.task(platform, worker, "100.000001")

    assert books.value("SELECT count(*) FROM tasks") == 0
    assert books.value("SELECT count(*) FROM ops.outbox") == 0


@pytest.mark.parametrize(("finish", "funds"), [("complete_task", (90, 0)), ("cancel_task", (100, 0))])
def test_a_draft_is_funded_when_it_starts(
    books: Books, platform: UUID, worker: UUID, finish: str, funds: tuple[int, int]
) -> None:
    draft = books.draft(platform, worker, "10")
    assert books.funds(platform) == (100, 0)
    books.act(platform, "start_task", draft)
    assert books.funds(platform) == (90, 10)
    books.act(platform, finish, draft)
    assert books.funds(platform) == funds


def test_a_cancelled_draft_gives_nothing_back(books: Books, platform: UUID, worker: UUID) -> None:
    books.act(platform, "cancel_task", books.draft(platform, worker))

    assert books.funds(platform) == (100, 0)


@pytest.mark.parametrize(
    ("before", "act"),
    [
        ([], "complete_task"),
        (["start_task"], "start_task"),
        (["start_task", "complete_task"], "start_task"),
        (["start_task", "complete_task"], "complete_task"),
        (["start_task", "complete_task"], "cancel_task"),
        (["cancel_task"], "start_task"),
        (["cancel_task"], "complete_task"),
        (["cancel_task"], "cancel_task"),
    ],
)
def test_an_act_out_of_order_is_refused(
    books: Books, platform: UUID, worker: UUID, before: list[str], act: str
) -> None:
    task = books.task(platform, worker)
    for earlier in before:
        books.act(platform, earlier, task)

    with refused("GS011"):
        books.act(platform, act, task)


def test_a_streaming_task_is_neither_started_nor_completed_by_hand(books: Books, platform: UUID, worker: UUID) -> None:
    task = books.task(platform, worker, task_type="streaming")
    for act in ["start_task", "complete_task"]:
        with refused("GS011"):
            books.act(platform, act, task)


def test_cancelling_a_streaming_task_cancels_its_stream(books: Books, platform: UUID, worker: UUID) -> None:
    stream = books.stream(platform, worker, "36", ago=600)
    task = books.value("SELECT task_id FROM streams WHERE id = %s", stream)
    books.act(platform, "cancel_task", task)

    name, paid = status(books, task)
    assert (name, books.value("SELECT status FROM streams")) == ("cancelled", "cancelled")
    assert books.balance("worker_available", worker, platform) == paid >= 6


@pytest.mark.parametrize("act", ["start_task", "complete_task", "cancel_task"])
def test_anothers_task_is_not_there_and_a_worker_may_not_act(
    books: Books, platform: UUID, worker: UUID, act: str
) -> None:
    task = books.task(platform, worker)
    with refused("GS001"):
        books.act(books.platform("0"), act, task)
    with refused("GS001"):
        books.act(platform, act, uuid4())
    with refused("GS003"), acting(books.connection("api"), "worker", worker) as api:
        call(api, act, task)


def test_a_stranger_is_given_no_task(books: Books, platform: UUID) -> None:
    with refused("GS012"):
        books.task(platform, books.worker())


def test_an_external_id_is_used_once_by_a_platform(books: Books, platform: UUID, worker: UUID) -> None:
    other = books.platform()
    third = books.worker(other)
    books.act(platform, "create_task", worker, "fixed", 1, "a task", external_id="A1")
    books.act(other, "create_task", third, "fixed", 1, "a task", external_id="A1")

    with refused("23505", "tasks_external_id_key"):
        books.act(platform, "create_task", worker, "fixed", 1, "a task", external_id="A1")


@pytest.mark.parametrize(("rating", "score"), [(None, 505), (5, 515), (3, 505), (1, 495)])
def test_completion_and_stars_move_the_reputation(
    books: Books, platform: UUID, worker: UUID, rating: int | None, score: int
) -> None:
    books.completed(platform, worker, rating=rating)

    assert books.value("SELECT reputation_score FROM workers") == score


def test_each_act_is_told(books: Books, platform: UUID, worker: UUID) -> None:
    task = books.completed(platform, worker)
    books.act(platform, "cancel_task", books.task(platform, worker))

    events = books.rows(
        "SELECT event, object_id = %s AS first FROM ops.outbox WHERE object_type = 'task' ORDER BY id", task
    )
    assert [(row["event"], row["first"]) for row in events] == [
        ("task.created", True), ("task.started", True), ("task.completed", True),
        ("task.created", False), ("task.cancelled", False),
    ]  # fmt: skip
