"""Events: numbered for each object and platform, queued for the endpoints that want them, told to who may know."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.books import Books

from gigstream.queries.webhooks import EventType

SCHEMA = Path(__file__).parents[2] / "schema"
WRITTEN = r"(?:ops\.emit\(|INSERT INTO ops\.outbox [^;]*?SELECT)\s*'([a-z_]+\.[a-z_]+)'"
EMIT = "SELECT ops.emit('task.created', %s, NULL, 'task', %s, '{}')"


def numbers(books: Books, platform: UUID, object_id: UUID) -> list[int]:
    rows = books.rows(
        "SELECT sequence FROM ops.outbox WHERE platform_id = %s AND object_id = %s ORDER BY sequence",
        platform, object_id,
    )  # fmt: skip
    return [row["sequence"] for row in rows]


def endpoint(books: Books, platform: UUID, *event_types: str) -> UUID:
    made: UUID = books.act(platform, "create_webhook_endpoint", "https://x.example/", list(event_types) or ["*"], None)[
        "id"
    ]
    return made


def queued(books: Books, endpoint_id: UUID) -> list[str]:
    rows = books.rows(
        "SELECT o.event FROM ops.webhook_deliveries AS d INNER JOIN ops.outbox AS o ON d.event_id = o.id"
        " WHERE d.endpoint_id = %s ORDER BY o.xid, o.id",
        endpoint_id,
    )
    return [row["event"] for row in rows]


def test_an_objects_events_are_numbered_from_one(books: Books) -> None:
    platform, task, other = books.platform("0"), uuid4(), uuid4()
    for object_id in (task, other, task, task, other):
        books.rows(EMIT, platform, object_id)
    assert numbers(books, platform, task) == [1, 2, 3]
    assert numbers(books, platform, other) == [1, 2]


def test_each_platform_has_numbers_of_its_own(books: Books) -> None:
    one, two, worker = books.platform("0"), books.platform("0"), uuid4()
    for platform in (one, two, one):
        books.rows(EMIT, platform, worker)
    assert (numbers(books, one, worker), numbers(books, two, worker)) == ([1, 2], [1])


def test_many_writers_leave_neither_gap_nor_double(books: Books) -> None:
    platform, task = books.platform("0"), uuid4()

    def write(number: int) -> None:
        with psycopg.connect(books.url("jobs")) as connection:
            for _ in range(10):
                connection.execute(EMIT, [platform, task])
            if number % 4 == 0:
                connection.rollback()

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(write, range(16)))
    assert numbers(books, platform, task) == list(range(1, 121))


def test_a_set_of_events_is_numbered_in_one_statement(books: Books) -> None:
    platform = books.platform("0")
    books.rows(
        "INSERT INTO ops.outbox (event, platform_id, object_type, object_id, payload)"
        " SELECT 'task.created', %s, 'task', md5((n / 2)::text)::uuid, '{}' FROM generate_series(2, 2001) AS n"
        " RETURNING id",
        platform,
    )
    rows = books.rows("SELECT array_agg(sequence ORDER BY sequence) AS found FROM ops.outbox GROUP BY object_id")
    assert len(rows) == 1000
    assert all(row["found"] == [1, 2] for row in rows)


def test_an_event_is_queued_for_the_endpoints_that_want_it(books: Books) -> None:
    platform, other = books.platform(), books.platform()
    worker = books.worker(platform)
    late, everything = books.task(platform, worker), endpoint(books, platform)
    some, foreign = endpoint(books, platform, "task.started", "task.cancelled"), endpoint(books, other)
    off = endpoint(books, platform)
    books.act(platform, "update_webhook_endpoint", off, None, None, None, False)
    books.act(platform, "start_task", late)
    books.act(platform, "cancel_task", late)

    assert queued(books, everything) == ["task.started", "task.cancelled"]
    assert queued(books, some) == ["task.started", "task.cancelled"]
    assert (queued(books, foreign), queued(books, off)) == ([], [])


def test_a_test_reaches_the_endpoint_that_is_tested_and_no_other(books: Books) -> None:
    platform = books.platform()
    tested, other = endpoint(books, platform, "task.created"), endpoint(books, platform)
    books.act(platform, "test_webhook_endpoint", tested)
    assert (queued(books, tested), queued(books, other)) == (["webhook_endpoint.test"], [])


def test_an_advance_is_queued_for_nobody(books: Books) -> None:
    platform = books.platform()
    all_of_it = endpoint(books, platform)
    books.rows("SELECT ops.emit('loan.disbursed', %s, NULL, 'loan', %s, '{}')", platform, uuid4())
    assert queued(books, all_of_it) == []


def test_an_endpoint_deleted_at_the_same_moment_fails_no_write(books: Books) -> None:
    platform = books.platform()
    gone = endpoint(books, platform)
    with psycopg.connect(books.url("owner")) as owner, ThreadPoolExecutor(1) as other:
        owner.execute("DELETE FROM ops.webhook_endpoints WHERE id = %s", [gone])
        writing = other.submit(books.rows, EMIT, platform, uuid4())
        books.connection("owner").execute(
            "DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted) LOOP"
            " PERFORM pg_sleep(0.01); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$"
        )
        owner.commit()
        writing.result()
    assert books.value("SELECT count(*) FROM ops.outbox") == 1


def test_a_changed_score_is_told_to_every_platform_of_the_worker(books: Books) -> None:
    one, two, stranger = books.platform(), books.platform(), books.platform()
    worker = books.worker(one, two)
    books.completed(one, worker, rating=3)

    rows = books.rows(
        "SELECT platform_id, sequence, payload FROM ops.outbox WHERE event = 'reputation.changed' AND object_id = %s",
        worker,
    )
    told = {"event_type": "task_completed", "previous_score": 500, "new_score": 505}
    # Three stars move nothing, and who gave them for which task is not told.
    assert {row["platform_id"] for row in rows} == {one, two}
    assert [(row["sequence"], row["payload"]) for row in rows] == [(1, told)] * 2
    assert stranger not in {row["platform_id"] for row in rows}


@pytest.mark.parametrize("path", sorted(SCHEMA.glob("functions/*/*.sql")), ids=lambda path: path.stem)
def test_every_event_that_is_written_can_be_subscribed_to(path: Path) -> None:
    written = re.findall(WRITTEN, path.read_text())
    assert {name for name in written if not name.startswith("loan.")} <= set(get_args(EventType))
