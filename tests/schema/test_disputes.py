"""A dispute stops a task and its stream until an operator has decided; what was earned before is paid before."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from tests.books import Books, Row, acting, call, refused


@pytest.fixture
def platform(books: Books) -> UUID:
    return books.platform("100")


@pytest.fixture
def worker(books: Books, platform: UUID) -> UUID:
    return books.worker(platform)


def by_worker(books: Books, worker: UUID, function: str, *values: object) -> Row:
    with acting(books.connection("api"), "worker", worker) as api:
        return call(api, function, *values)


def task_of(books: Books, stream: UUID) -> UUID:
    task: UUID = books.value("SELECT task_id FROM streams WHERE id = %s", stream)
    return task


@pytest.mark.parametrize("filed_by", ["worker", "platform"])
@pytest.mark.parametrize("started", [False, True])
def test_either_party_disputes_a_task_that_is_not_over(
    books: Books, platform: UUID, worker: UUID, filed_by: str, started: bool
) -> None:
    task = books.task(platform, worker, "10")
    if started:
        books.act(platform, "start_task", task)
    act = {"worker": lambda: by_worker(books, worker, "dispute_task", task, "no answer at the door"),
           "platform": lambda: books.act(platform, "dispute_task", task, "no answer at the door")}  # fmt: skip

    dispute = act[filed_by]()

    assert (dispute["task_id"], dispute["filed_by"], dispute["reason"]) == (task, filed_by, "no answer at the door")
    assert books.row("SELECT status, disputed_at IS NOT NULL AS dated FROM tasks") == {
        "status": "disputed", "dated": True,
    }  # fmt: skip
    assert books.funds(platform) == (90, 10)
    assert books.row("SELECT event_type, delta, new_score, reason, related_id FROM reputation_events") == {
        "event_type": "dispute_filed", "delta": 0, "new_score": 500,
        "reason": f"dispute filed by the {filed_by}", "related_id": task,
    }  # fmt: skip
    assert books.value("SELECT dispute_rate FROM workers WHERE id = %s", worker) == 100
    assert books.value("SELECT payload FROM ops.outbox WHERE event = 'task.disputed'") == {
        "filed_by": filed_by, "reason": "no answer at the door",
    }  # fmt: skip
    audit = books.row("SELECT actor_type, resource_id FROM audit_logs WHERE action = 'task.disputed'")
    assert audit == {"actor_type": filed_by, "resource_id": task}


def test_a_stream_is_released_and_paused_first(books: Books, platform: UUID, worker: UUID) -> None:
    stream = books.stream(platform, worker, "36", ago=600)

    by_worker(books, worker, "dispute_task", task_of(books, stream), "why")

    halted = books.row("SELECT status, released_amount, next_release_at FROM streams")
    assert (halted["status"], halted["next_release_at"]) == ("paused", None)
    assert 6 <= halted["released_amount"] < Decimal("6.2")
    assert books.balance("worker_available", worker, platform) == halted["released_amount"]
    events = [row["event"] for row in books.rows("SELECT event FROM ops.outbox ORDER BY id DESC LIMIT 2")]
    assert events == ["stream.paused", "task.disputed"]


def test_a_paused_stream_stays_as_it_is(books: Books, platform: UUID, worker: UUID) -> None:
    stream = books.stream(platform, worker, "36", ago=600)
    before = books.act(platform, "pause_stream", stream)

    books.act(platform, "dispute_task", before["task_id"], "why")

    assert books.row("SELECT * FROM streams") == before


def acts_on(books: Books, platform: UUID, stream: UUID, fixed: UUID) -> dict[str, Callable[[], object]]:
    task = task_of(books, stream)
    return {
        "start": lambda: books.act(platform, "start_task", fixed),
        "complete": lambda: books.act(platform, "complete_task", fixed),
        "cancel": lambda: books.act(platform, "cancel_task", fixed),
        "rate": lambda: books.act(platform, "rate_task", fixed, 5),
        "dispute again": lambda: books.act(platform, "dispute_task", fixed, "why"),
        "cancel the stream's task": lambda: books.act(platform, "cancel_task", task),
        "cancel the stream": lambda: books.act(platform, "cancel_stream", stream),
        "pause": lambda: books.act(platform, "pause_stream", stream),
        "resume": lambda: books.act(platform, "resume_stream", stream),
        "top up": lambda: books.act(platform, "top_up_stream", stream, 1),
        "release": lambda: books.act(platform, "release_stream", stream),
        "a second stream": lambda: books.act(platform, "create_stream", task, "infinity"),
    }


def test_while_disputed_nothing_moves(books: Books, platform: UUID, worker: UUID) -> None:
    stream, fixed = books.stream(platform, worker, "36", ago=600), books.task(platform, worker)
    for task in (task_of(books, stream), fixed):
        books.act(platform, "dispute_task", task, "why")
    before = books.rows("SELECT * FROM tasks ORDER BY id"), books.rows("SELECT * FROM streams")

    for act in acts_on(books, platform, stream, fixed).values():
        with refused("GS011"):
            act()

    assert (books.rows("SELECT * FROM tasks ORDER BY id"), books.rows("SELECT * FROM streams")) == before
    books.pass_time(stream, 7200)
    assert books.release()["due"] == 0


def test_what_is_over_or_not_funded_is_not_disputed(books: Books, platform: UUID, worker: UUID) -> None:
    done, draft = books.completed(platform, worker), books.draft(platform, worker)
    cancelled = books.task(platform, worker)
    books.act(platform, "cancel_task", cancelled)
    at_its_end = task_of(books, books.stream(platform, worker, ago=3600))

    for task in [done, draft, cancelled, at_its_end]:
        with refused("GS011"):
            books.act(platform, "dispute_task", task, "why")
    assert books.value("SELECT count(*) FROM ops.disputes") == 0


def test_a_stranger_disputes_nothing_and_sees_no_dispute(books: Books, platform: UUID, worker: UUID) -> None:
    task = books.task(platform, worker)
    strangers = [("platform", books.platform("0")), ("worker", books.worker(platform))]
    for kind, stranger in strangers:
        with refused("GS001"), acting(books.connection("api"), kind, stranger) as api:
            call(api, "dispute_task", task, "why")
    with refused("GS001"):
        books.act(platform, "dispute_task", uuid4(), "why")
    books.act(platform, "dispute_task", task, "why")

    seen = {}
    for kind, tenant in [*strangers, ("platform", platform), ("worker", worker)]:
        with acting(books.connection("api"), kind, tenant) as api:
            seen[tenant] = len(api.execute("SELECT FROM ops.disputes").fetchall())
    assert list(seen.values()) == [0, 0, 1, 1]


@pytest.mark.parametrize(("to_worker", "status"), [(0, "cancelled"), (2500, "cancelled"), (10000, "completed")])
def test_its_end_is_told_of_task_and_stream_and_kept(
    books: Books, platform: UUID, worker: UUID, to_worker: int, status: str
) -> None:
    stream = books.stream(platform, worker, "36", ago=600)
    task = task_of(books, stream)
    by_worker(books, worker, "dispute_task", task, "why")
    before = books.value("SELECT released_amount FROM streams")

    paid = call(books.connection("operator"), "resolve_dispute", task, to_worker)["paid"]

    assert paid == before + (36 - before) * to_worker / 10000
    ended = books.row("SELECT status, released_amount, paused_at, cancelled_at IS NOT NULL AS ended FROM streams")
    assert ended == {
        "status": status, "released_amount": paid, "paused_at": None, "ended": status == "cancelled",
    }  # fmt: skip
    assert books.row("SELECT to_worker, resolved_at IS NOT NULL AS dated FROM ops.disputes") == {
        "to_worker": to_worker, "dated": True,
    }  # fmt: skip
    told = {row["event"] for row in books.rows("SELECT event FROM ops.outbox")}
    assert told >= {"task.disputed", "stream.paused", "task.resolved", f"stream.{status}"}
    events = books.rows("SELECT event_type, delta FROM reputation_events ORDER BY created_at")
    assert events[:2] == [
        {"event_type": "dispute_filed", "delta": 0},
        {"event_type": "dispute_resolved", "delta": -(20 * (10000 - to_worker) // 10000)},
    ]


def test_a_task_whose_stream_was_just_started_is_looked_at_again(books: Books, platform: UUID, worker: UUID) -> None:
    """As a rival sees it who looked for the stream before it was there."""
    task = books.task(platform, worker, task_type="streaming")
    books.plant("UPDATE tasks SET status = 'active' WHERE id = %s", task)

    with refused("40001"):
        books.act(platform, "dispute_task", task, "why")
