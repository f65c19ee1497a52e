"""An event moves the worker's score, within 0..1000, and carries the score before and after."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import UUID

import pytest
from tests.books import Books


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
