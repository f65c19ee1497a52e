"""What is due, in shards: every stream in one of them, and whoever works on them, however often, pays once."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.books import Books, Row

START = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
LATER = datetime.max.replace(tzinfo=UTC)


def platform_with(books: Books, due: int, to_come: int = 0) -> UUID:
    """A platform with so many streams that are due, and others that are not."""
    platform = books.platform("1000")
    worker = books.worker(platform)
    if due:
        books.streams(platform, worker, START, [(Decimal(1), 3600)] * due)
    if to_come:
        books.streams(platform, worker, START, [(Decimal(1), 3600)] * to_come, interval=3600)
    return platform


def shards(books: Books, size: int, as_of: datetime = LATER) -> list[Row]:
    return books.rows("SELECT * FROM release_shards(%s, %s)", as_of, size)


def release(books: Books, shard: Row, as_of: datetime = LATER) -> Row:
    return books.job("release_shard", as_of, shard["platforms"], shard["due"])


# All examples share a database; each releases what is due in it.
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(0, 9), min_size=1, max_size=6), size=st.integers(1, 6), seed=st.integers())
def test_shards_hold_every_due_stream_once_and_paying_them_in_any_order_pays_all(
    books: Books, sizes: list[int], size: int, seed: int
) -> None:
    due = {platform_with(books, streams, to_come=1): streams for streams in sizes}
    found = shards(books, size)

    small, large = Counter[UUID](), Counter[UUID]()
    for shard in found:
        assert 0 < shard["due"] < 2 * size
        if len(shard["platforms"]) == 1:
            large[shard["platforms"][0]] += shard["due"]
        else:
            assert shard["due"] == sum(due[platform] for platform in shard["platforms"])
            small.update(shard["platforms"])
    assert not small.keys() & large.keys()
    assert set(small.values()) <= {1}
    assert large + Counter({platform: due[platform] for platform in small}) == +Counter(due)

    chance = random.Random(seed)
    again = [*found, *chance.sample(found, len(found) // 2)]
    chance.shuffle(again)
    assert sum(release(books, shard)["due"] for shard in again) == sum(sizes)
    assert shards(books, size) == []
    assert books.value("SELECT count(*) FROM streams WHERE release_seq > 1") == 0


def test_a_shard_takes_no_more_than_its_share_and_none_of_other_platforms(books: Books) -> None:
    mine, other = platform_with(books, 3), platform_with(books, 3)

    tick = release(books, {"platforms": [mine], "due": 2})

    assert (tick["due"], tick["released"], tick["failed"]) == (2, 2, 0)

    left = books.rows("SELECT platform_id, count(*) FROM streams WHERE release_seq = 0 GROUP BY 1")
    assert {row["platform_id"]: row["count"] for row in left} == {mine: 1, other: 3}


def test_a_shard_that_comes_late_pays_as_of_its_own_moment_or_nothing(books: Books) -> None:
    platform = platform_with(books, 2)
    (shard,) = shards(books, 10)
    release(books, shard, START + timedelta(minutes=5))
    before = books.rows("SELECT id, released_amount FROM streams ORDER BY id")
    assert {row["released_amount"] for row in before} == {Decimal("0.083333")}

    assert release(books, shard, START + timedelta(minutes=4))["due"] == 0
    assert books.rows("SELECT id, released_amount FROM streams ORDER BY id") == before
    assert books.balance("worker_available", books.value("SELECT id FROM workers"), platform) == Decimal("0.166666")


def test_an_unknown_platform_has_nothing_due(books: Books) -> None:
    assert release(books, {"platforms": [UUID(int=1)], "due": 5})["due"] == 0


def test_what_a_worker_holds_another_leaves(books: Books) -> None:
    platform = platform_with(books, 3)
    shard = {"platforms": [platform], "due": 2}
    operator = books.connection("operator")
    with operator.transaction():
        operator.execute("SELECT FROM streams ORDER BY id LIMIT 2 FOR NO KEY UPDATE")
        assert release(books, shard)["due"] == 1
    assert release(books, shard)["due"] == 2


@pytest.mark.wrong_figures
def test_a_shard_names_two_hundred_platforms_at_most(books: Books) -> None:
    worker = books.worker()
    books.plant(
        "INSERT INTO platforms (name, contact_email) SELECT 'P', n || '@many.example' FROM generate_series(1, 300) AS n"
    )
    books.plant(
        """
        INSERT INTO tasks (id, platform_id, worker_id, task_type, amount, title)
        SELECT p.id, p.id, %s, 'streaming', 1, 'a task' FROM platforms AS p
        """,
        worker, mute="tasks",
    )  # fmt: skip
    books.plant(
        """
        INSERT INTO streams (
            task_id, platform_id, worker_id, start_time, anchor_time, end_time, total_amount, remaining_amount,
            next_release_at
        )
        SELECT t.id, t.platform_id, t.worker_id, %s, %s, now() + interval '1 hour', 1, 1, %s FROM tasks AS t
        """,
        START, START, START,
    )  # fmt: skip

    found = shards(books, 500)  # a hundredth of it is five streams, and each platform has one

    assert sum(shard["due"] for shard in found) == 300
    assert 100 <= max(len(shard["platforms"]) for shard in found) <= 200
