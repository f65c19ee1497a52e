"""An event moves the worker's score, within 0..1000, and carries the score before and after; ratings and appeals."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.books import Books, Row, acting, call, refused


def add(books: Books, worker: UUID, delta: int) -> tuple[int, int, int]:
    """previous_score and new_score of the event, then the worker's score."""
    event = books.row(
        "INSERT INTO reputation_events (worker_id, event_type, delta) VALUES (%s, 'bonus', %s)"
        " RETURNING previous_score, new_score",
        worker, delta,
    )  # fmt: skip
    score: int = books.value("SELECT reputation_score FROM workers WHERE id = %s", worker)
    return event["previous_score"], event["new_score"], score


@pytest.mark.parametrize(
    ("deltas", "last"),
    [([5], (500, 505, 505)), ([-20, 10], (480, 490, 490)), ([499, 5], (999, 1000, 1000)), ([-501, -1], (0, 0, 0))],
)
def test_an_event_is_stamped_and_the_score_stays_within_bounds(
    books: Books, deltas: list[int], last: tuple[int, int, int]
) -> None:
    worker = books.worker()

    assert [add(books, worker, delta) for delta in deltas][-1] == last


def test_the_scores_that_a_writer_gives_are_not_believed(books: Books) -> None:
    worker = books.worker()
    books.rows(
        "INSERT INTO reputation_events (worker_id, event_type, delta, previous_score, new_score)"
        " VALUES (%s, 'bonus', 1, 900, 1000) RETURNING id",
        worker,
    )

    assert books.value("SELECT new_score FROM reputation_events") == 501


def test_events_at_once_chain(books: Books) -> None:
    worker = books.worker()

    def write(number: int) -> None:
        with closing(Books(books.url)) as own:
            for _ in range(20):
                add(own, worker, number - 3)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))

    scores = [
        (e["previous_score"], e["new_score"]) for e in books.rows("SELECT * FROM reputation_events ORDER BY created_at")
    ]
    assert len(scores) == 160
    assert [after for _, after in scores[:-1]] == [before for before, _ in scores[1:]]
    assert books.differences() == []


# ------------------------------------------------------------------------------------------------------------- appeals


def appeal(books: Books, worker: UUID, event: UUID) -> UUID:
    with acting(books.connection("api"), "worker", worker) as api:
        appealed: UUID = call(api, "appeal_event", event, "it was not me")["id"]
        return appealed


def decide(books: Books, appealed: UUID, grant: bool, reason: str | None = None) -> Row:
    return call(books.connection("operator"), "decide_appeal", appealed, grant, reason)


def event_of(books: Books, worker: UUID, delta: int) -> UUID:
    event: UUID = books.value(
        "INSERT INTO reputation_events (worker_id, event_type, delta) VALUES (%s, 'penalty', %s) RETURNING id",
        worker, delta,
    )  # fmt: skip
    return event


@pytest.mark.parametrize(
    ("before", "delta", "after", "points", "score"),
    [
        ([], -20, [], 20, 500),
        ([], -20, [10], 20, 510),
        ([-490], -20, [], 10, 10),
        ([], -20, [515], 5, 1000),
        ([], -20, [-480], 20, 20),
    ],
)
def test_a_granted_appeal_gives_back_what_the_event_took(
    books: Books, before: list[int], delta: int, after: list[int], points: int, score: int
) -> None:
    worker = books.worker()
    for one in before:
        add(books, worker, one)
    event = event_of(books, worker, delta)
    for one in after:
        add(books, worker, one)
    appealed = appeal(books, worker, event)
    history = books.rows("SELECT * FROM reputation_events ORDER BY created_at")

    assert decide(books, appealed, True, "seen on the photo") == {
        "id": appealed, "status": "granted", "worker_id": worker, "points": points, "score": score,
    }  # fmt: skip

    *kept, new = books.rows("SELECT * FROM reputation_events ORDER BY created_at")
    assert kept == history
    assert (new["event_type"], new["related_id"], new["reason"]) == (
        "appeal",
        event,
        "appeal granted: seen on the photo",
    )
    assert books.differences() == []


def test_a_refused_appeal_is_an_event_of_no_points_and_may_be_made_again(books: Books) -> None:
    worker = books.worker()
    event = event_of(books, worker, -20)

    assert decide(books, appeal(books, worker, event), False)["points"] == 0

    assert books.value("SELECT reputation_score FROM workers") == 480
    assert books.row("SELECT delta, reason FROM reputation_events WHERE event_type = 'appeal'") == {
        "delta": 0, "reason": "appeal refused",
    }  # fmt: skip
    again = appeal(books, worker, event)
    assert decide(books, again, True)["score"] == 500
    for late in (True, False):
        with refused("GS011"):
            decide(books, again, late)
    with refused("23505", "appeals_event_key"):
        appeal(books, worker, event)


def test_one_appeal_is_open_for_an_event(books: Books) -> None:
    worker = books.worker()
    event = event_of(books, worker, -20)

    def write(_: int) -> bool:
        with closing(Books(books.url)) as own:
            try:
                appeal(own, worker, event)
            except psycopg.errors.UniqueViolation:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(8))) == 1


def test_an_appeal_is_for_what_took_points_and_by_its_worker(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    loss, gain, nothing = (event_of(books, worker, delta) for delta in (-1, 5, 0))
    for event in (gain, nothing):
        with refused("GS011"):
            appeal(books, worker, event)
    for stranger, event in [(books.worker(platform), loss), (worker, uuid4())]:
        with refused("GS001"):
            appeal(books, stranger, event)
    with refused("GS003"):
        books.act(platform, "appeal_event", loss, "why")
    with refused("GS001"):
        decide(books, uuid4(), True)


def test_nobody_but_the_operator_decides(books: Books) -> None:
    worker = books.worker()
    appeal(books, worker, event_of(books, worker, -1))
    for statement in ["SELECT decide_appeal(NULL, TRUE)", "UPDATE ops.appeals SET status = 'granted'"]:
        for role in ("api", "jobs", "auditor"):
            with refused("42501"):
                books.connection(role).execute(statement)
    with refused("42501"), acting(books.connection("api"), "worker", worker) as api:
        api.execute(
            "INSERT INTO ops.appeals (event_id, reason, status) SELECT id, 'x', 'granted' FROM reputation_events"
        )


@given(st.lists(st.tuples(st.integers(-700, 700), st.booleans()), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_given_back_is_never_more_than_was_taken(books: Books, acts: list[tuple[int, bool]]) -> None:
    worker = books.worker()
    for delta, grant in acts:
        event = event_of(books, worker, delta)
        row = books.row("SELECT previous_score, new_score FROM reputation_events WHERE id = %s", event)
        taken = row["previous_score"] - row["new_score"]
        if taken > 0:
            points = decide(books, appeal(books, worker, event), grant)["points"]
            assert points == (taken if grant else 0)
    assert books.differences() == []


# ------------------------------------------------------------------------------------------------------------- ratings


def rating_of(books: Books, task: UUID) -> tuple[int | None, list[int]]:
    """The task's rating, and the deltas of the events about it."""
    events = books.rows(
        "SELECT delta FROM reputation_events WHERE event_type = 'rating_received' AND related_id = %s"
        " ORDER BY created_at",
        task,
    )  # fmt: skip
    return books.value("SELECT rating FROM tasks WHERE id = %s", task), [event["delta"] for event in events]


def test_a_rating_comes_later_or_is_changed_by_one_more_event(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    late, early = books.completed(platform, worker), books.completed(platform, worker, rating=2)

    books.act(platform, "rate_task", late, 5)
    books.act(platform, "rate_task", early, 4)
    books.act(platform, "rate_task", early, 3)

    assert rating_of(books, late) == (5, [10])
    assert rating_of(books, early) == (3, [-5, 10, -5])
    figures = books.row("SELECT average_rating, reputation_score FROM workers")
    assert figures == {"average_rating": 4, "reputation_score": 520}
    assert books.value("SELECT count(*) FROM audit_logs WHERE action = 'task.rated'") == 3


def test_a_stream_is_rated_when_it_is_over(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    task = books.value("SELECT task_id FROM streams WHERE id = %s", books.stream(platform, worker, ago=7200))
    with refused("GS011"):
        books.act(platform, "rate_task", task, 5)
    books.release()

    assert books.act(platform, "rate_task", task, 1)["rating"] == 1


def test_a_rating_is_refused_that_says_nothing_new_or_is_not_the_platforms(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    task = books.completed(platform, worker, rating=5)
    for wrong in (0, 6):
        with refused("23514"):
            books.act(platform, "rate_task", task, wrong)
    with refused("GS011"):
        books.act(platform, "rate_task", task, 5)
    with refused("GS001"):
        books.act(books.platform("0"), "rate_task", task, 1)
    with refused("GS003"), acting(books.connection("api"), "worker", worker) as api:
        call(api, "rate_task", task, 4)


def test_a_rating_that_was_appealed_with_success_stands(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    task = books.completed(platform, worker, rating=1)
    event = books.value("SELECT id FROM reputation_events WHERE event_type = 'rating_received'")
    decide(books, appeal(books, worker, event), True)

    with refused("GS011"):
        books.act(platform, "rate_task", task, 2)
    assert books.value("SELECT reputation_score FROM workers") == 505
