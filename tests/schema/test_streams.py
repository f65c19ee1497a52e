"""A stream's life: start, pause, resume, top-up, cancel; and what each does to the money."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from tests.books import Books, acting, call, refused


@pytest.fixture
def platform(books: Books) -> UUID:
    return books.platform("100")


@pytest.fixture
def worker(books: Books, platform: UUID) -> UUID:
    return books.worker(platform)


def near(amount: Decimal, expected: str, slack: str = "0.1") -> bool:
    """Equal but for the seconds that the test itself takes; streams here earn a cent a second."""
    return Decimal(expected) <= amount < Decimal(expected) + Decimal(slack)


def test_a_started_stream_is_active_and_so_is_its_task(books: Books, platform: UUID, worker: UUID) -> None:
    stream = books.stream(platform, worker, "36", interval=600)

    row = books.row(
        """
        SELECT
            s.platform_id, s.worker_id, s.status, s.remaining_amount, t.status AS task,
            t.started_at = s.start_time AS started,
            s.next_release_at - s.start_time AS due
        FROM streams AS s INNER JOIN tasks AS t ON s.task_id = t.id WHERE s.id = %s
        """,
        stream,
    )
    assert row == {
        "platform_id": platform, "worker_id": worker, "status": "active", "remaining_amount": 36,
        "task": "active", "started": True, "due": timedelta(seconds=600),
    }  # fmt: skip
    assert books.funds(platform) == (64, 36)


@pytest.mark.parametrize(
    ("start", "seconds", "field"),
    [
        (timedelta(days=-31), 3600, "start_time"),
        (timedelta(days=367), 3600, "start_time"),
        (timedelta(0), 59, "end_time"),
        (timedelta(0), 366 * 86400, "end_time"),
        (timedelta(0), -60, "end_time"),
    ],
)
def test_times_that_make_no_stream_are_refused_by_name(
    books: Books, platform: UUID, worker: UUID, start: timedelta, seconds: int, field: str
) -> None:
    begin = datetime.now(UTC) + start
    task = books.task(platform, worker, task_type="streaming")
    with refused("GS015", column=field):
        books.act(platform, "create_stream", task, begin + timedelta(seconds=seconds), begin)


@pytest.mark.parametrize("interval", [59, 2592001])
def test_an_interval_has_bounds(books: Books, platform: UUID, worker: UUID, interval: int) -> None:
    with refused("23514"):
        books.stream(platform, worker, interval=interval)


def test_only_a_pending_streaming_task_becomes_a_stream_and_only_once(
    books: Books, platform: UUID, worker: UUID
) -> None:
    end = datetime.now(UTC) + timedelta(hours=1)
    with refused("GS011"):
        books.act(platform, "create_stream", books.task(platform, worker), end)
    task = books.task(platform, worker, task_type="streaming")
    books.act(platform, "create_stream", task, end)
    with refused("GS011"):
        books.act(platform, "create_stream", task, end)


def test_a_reassigned_tasks_stream_pays_its_new_worker(books: Books, platform: UUID, worker: UUID) -> None:
    other = books.worker(platform)
    task = books.task(platform, worker, "36", "streaming")
    books.operate("UPDATE tasks SET worker_id = %s WHERE id = %s", other, task)
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=600)
    books.act(platform, "create_stream", task, start + timedelta(hours=1), start, 60)
    books.release()

    assert near(books.balance("worker_available", other, platform), "6")
    assert books.differences() == []


def test_a_pause_releases_first_and_then_nothing_accrues(books: Books, platform: UUID, worker: UUID) -> None:
    stream = books.stream(platform, worker, ago=600)
    paused = books.act(platform, "pause_stream", stream)
    books.pass_time(stream, 1000)
    books.release()

    assert paused["status"] == "paused"
    assert near(paused["released_amount"], "6")
    assert books.balance("worker_available", worker, platform) == paused["released_amount"]


def test_a_resume_moves_the_end_by_the_pause(books: Books, platform: UUID, worker: UUID) -> None:
    stream = books.stream(platform, worker, ago=600)
    books.act(platform, "pause_stream", stream)
    books.pass_time(stream, 1000)
    before = books.row("SELECT * FROM streams")
    resumed = books.act(platform, "resume_stream", stream)

    assert resumed["end_time"] - before["end_time"] == resumed["anchor_time"] - before["paused_at"]
    assert resumed["end_time"] - before["end_time"] >= timedelta(seconds=1000)
    assert resumed["anchor_amount"] == resumed["released_amount"] == before["released_amount"]
    assert resumed["next_release_at"] == resumed["anchor_time"] + timedelta(seconds=60)


def test_a_pause_before_the_start_moves_the_end_by_what_it_kept_from_accruing(
    books: Books, platform: UUID, worker: UUID
) -> None:
    stream = books.stream(platform, worker, ago=-500)
    before = books.act(platform, "pause_stream", stream)
    assert books.act(platform, "resume_stream", stream)["end_time"] == before["end_time"]
    books.act(platform, "pause_stream", stream)
    books.pass_time(stream, 700)
    late = books.row("SELECT * FROM streams")
    resumed = books.act(platform, "resume_stream", stream)

    assert resumed["end_time"] - late["end_time"] == resumed["anchor_time"] - late["start_time"]
    assert resumed["released_amount"] == 0


def test_a_top_up_releases_first_and_the_rest_accrues_faster_to_the_same_end(
    books: Books, platform: UUID, worker: UUID
) -> None:
    stream = books.stream(platform, worker, ago=600)
    end = books.value("SELECT end_time FROM streams")
    topped = books.act(platform, "top_up_stream", stream, Decimal(20))

    assert near(topped["released_amount"], "6")
    assert (topped["total_amount"], topped["end_time"], topped["anchor_amount"]) == (56, end, topped["released_amount"])
    assert books.value("SELECT amount FROM tasks") == 56
    assert books.funds(platform) == (44, 56 - topped["released_amount"])
    books.act(platform, "top_up_stream", stream, Decimal(1))
    assert books.differences() == []


def test_a_top_up_may_give_a_new_end_but_only_ahead(books: Books, platform: UUID, worker: UUID) -> None:
    stream = books.stream(platform, worker, ago=600)
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    with refused("GS015", column="end_time"):
        books.act(platform, "top_up_stream", stream, 1, datetime.now(UTC) - timedelta(seconds=1))

    assert books.act(platform, "top_up_stream", stream, 1, ahead)["end_time"] == ahead


def test_a_top_up_beyond_the_platforms_funds_is_refused_whole(books: Books, platform: UUID, worker: UUID) -> None:
    stream = books.stream(platform, worker, ago=600)
    with refused("23514", "accounts_balance_floor"):
        books.act(platform, "top_up_stream", stream, Decimal("64.000001"))

    assert books.value("SELECT released_amount FROM streams") == 0


@pytest.mark.parametrize("paused", [False, True])
def test_a_cancel_pays_what_has_accrued_and_gives_back_the_rest(
    books: Books, platform: UUID, worker: UUID, paused: bool
) -> None:
    stream = books.stream(platform, worker, ago=600)
    if paused:
        books.act(platform, "pause_stream", stream)
    cancelled = books.act(platform, "cancel_stream", stream)

    paid = cancelled["released_amount"]
    assert near(paid, "6")
    assert books.balance("worker_available", worker, platform) == paid
    assert books.funds(platform) == (100 - paid, 0)
    task = books.row("SELECT status, paid_amount FROM tasks")
    assert (cancelled["status"], task) == ("cancelled", {"status": "cancelled", "paid_amount": paid})
    assert books.differences() == []


@pytest.mark.parametrize(
    ("before", "act"),
    [
        ([], "resume_stream"),
        (["pause_stream"], "pause_stream"),
        (["cancel_stream"], "pause_stream"),
        (["cancel_stream"], "resume_stream"),
        (["cancel_stream"], "cancel_stream"),
    ],
)
def test_an_act_out_of_order_is_refused(
    books: Books, platform: UUID, worker: UUID, before: list[str], act: str
) -> None:
    stream = books.stream(platform, worker)
    for earlier in before:
        books.act(platform, earlier, stream)

    with refused("GS011"):
        books.act(platform, act, stream)


@pytest.mark.parametrize("act", ["pause_stream", "cancel_stream"])
def test_a_stream_at_its_end_is_left_to_the_next_tick(books: Books, platform: UUID, worker: UUID, act: str) -> None:
    stream = books.stream(platform, worker, ago=3600)
    with refused("GS011"):
        books.act(platform, act, stream)


@pytest.mark.parametrize("act", ["pause_stream", "resume_stream", "cancel_stream"])
def test_anothers_stream_is_not_there_and_a_worker_may_not_act(
    books: Books, platform: UUID, worker: UUID, act: str
) -> None:
    stream = books.stream(platform, worker)
    with refused("GS001"):
        books.act(books.platform("0"), act, stream)
    with refused("GS003"), acting(books.connection("api"), "worker", worker) as api:
        call(api, act, stream)


@pytest.mark.parametrize(("at", "due"), [(-5, 90), (0, 90), (89, 90), (90, 180), (950, 990), (991, 1000), (5000, 1000)])
def test_the_next_release_is_a_whole_interval_after_the_anchor_or_the_end(books: Books, at: int, due: int) -> None:
    seconds = books.value(
        """
        SELECT extract(EPOCH FROM next_release(t, t + interval '1000 seconds', 90, t + %s * interval '1 second') - t)
        FROM (SELECT timestamptz '2025-01-01' AS t) AS t
        """,
        at,
    )
    assert seconds == due
