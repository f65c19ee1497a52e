"""A tick releases what is due at a moment. It depends on time, never on counting ticks."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.books import Books, Row, acting, call, refused


@pytest.fixture
def platform(books: Books) -> UUID:
    return books.platform("1000")


@pytest.fixture
def worker(books: Books, platform: UUID) -> UUID:
    return books.worker(platform)


def start_of(books: Books) -> datetime:
    start: datetime = books.value("SELECT start_time FROM streams")
    return start


def released(books: Books) -> Decimal:
    amount: Decimal = books.value("SELECT released_amount FROM streams")
    return amount


def test_a_tick_moves_held_money_to_the_worker_and_numbers_the_release(
    books: Books, platform: UUID, worker: UUID
) -> None:
    stream = books.stream(platform, worker, "36", ago=600)
    start = start_of(books)

    for seconds in [60, 120]:
        tick = books.release(start + timedelta(seconds=seconds))
        assert tick == {"due": 1, "released": 1, "failed": 0, "amount": Decimal("0.6")}

    assert books.funds(platform) == (964, Decimal("34.8"))
    assert books.balance("worker_available", worker, platform) == Decimal("1.2")
    transfers = books.rows(
        "SELECT stream_id, source_seq, amount, event_at FROM ledger.transfers WHERE reason = 'release' ORDER BY 2"
    )
    assert transfers == [
        {"stream_id": stream, "source_seq": n, "amount": Decimal("0.6"), "event_at": start + timedelta(seconds=60 * n)}
        for n in [1, 2]
    ]


def test_nothing_is_due_before_the_interval_is_over(books: Books, platform: UUID, worker: UUID) -> None:
    books.stream(platform, worker, ago=600)

    assert books.release(start_of(books) + timedelta(seconds=59))["due"] == 0


@pytest.mark.parametrize("second", [60, 1000])
def test_a_repeated_or_older_tick_changes_nothing(books: Books, platform: UUID, worker: UUID, second: int) -> None:
    books.stream(platform, worker, ago=1100)
    at = start_of(books) + timedelta(seconds=1000)
    books.release(at)
    before = books.rows("SELECT * FROM streams")

    books.release(start_of(books) + timedelta(seconds=second))

    assert books.rows("SELECT * FROM streams") == before


def test_a_clock_that_runs_ahead_is_cut_to_the_databases(books: Books, platform: UUID, worker: UUID) -> None:
    books.stream(platform, worker, "36", ago=600)
    books.release(datetime.now(UTC) + timedelta(days=1))

    assert Decimal(6) <= released(books) < Decimal("6.5")


def test_the_last_tick_completes_stream_and_task_and_tells(books: Books, platform: UUID, worker: UUID) -> None:
    books.stream(platform, worker, "36", ago=7200)
    books.release()

    stream = books.row("SELECT status, released_amount, remaining_amount, next_release_at FROM streams")
    assert stream == {"status": "completed", "released_amount": 36, "remaining_amount": 0, "next_release_at": None}
    assert books.row("SELECT status, paid_amount FROM tasks") == {"status": "completed", "paid_amount": 36}
    assert books.value("SELECT reputation_score FROM workers") == 505
    assert [row["event"] for row in books.rows("SELECT event FROM ops.outbox ORDER BY id DESC LIMIT 2")] == [
        "stream.completed", "task.completed",
    ]  # fmt: skip


def test_a_stream_that_has_earned_less_than_a_unit_waits_and_loses_nothing(
    books: Books, platform: UUID, worker: UUID
) -> None:
    books.stream(platform, worker, "0.000001", ago=600)
    assert books.release() == {"due": 1, "released": 0, "failed": 0, "amount": 0}
    assert books.value("SELECT release_seq FROM streams") == 0
    books.pass_time(books.value("SELECT id FROM streams"), 3000)
    books.release()

    assert released(books) == Decimal("0.000001")


def test_a_batch_takes_those_that_wait_longest_and_no_more_than_its_limit(
    books: Books, platform: UUID, worker: UUID
) -> None:
    oldest = [books.stream(platform, worker, ago=ago) for ago in [900, 800, 700]][:2]
    assert books.release(limit=2)["due"] == 2

    assert {
        row["stream_id"]
        for row in books.rows("SELECT DISTINCT stream_id FROM ledger.transfers WHERE reason = 'release'")
    } == set(oldest)


def test_a_stream_that_somebody_holds_is_skipped_and_caught_up_later(
    books: Books, platform: UUID, worker: UUID
) -> None:
    held, _ = (books.stream(platform, worker, ago=600) for _ in range(2))
    operator = books.connection("operator")
    with operator.transaction():
        operator.execute("SELECT FROM streams WHERE id = %s FOR NO KEY UPDATE", [held])
        assert books.release()["due"] == 1
    assert books.release()["due"] == 1


@pytest.mark.wrong_figures
def test_a_release_is_posted_once_even_if_the_stream_forgot_it_and_the_others_are_paid(
    books: Books, platform: UUID, worker: UUID
) -> None:
    forgetful = books.stream(platform, worker, ago=600)
    books.release(start_of(books) + timedelta(seconds=60))
    books.plant("UPDATE streams SET released_amount = 0, release_seq = 0, next_release_at = start_time")
    books.stream(platform, worker, "36", ago=600)

    tick = books.release()

    assert (tick["due"], tick["released"], tick["failed"]) == (2, 1, 1)
    posted = "SELECT count(*) FROM ledger.transfers WHERE reason = 'release' AND stream_id = %s"
    assert books.value(posted, forgetful) == 1
    named = "SELECT metadata->'failed' FROM audit_logs WHERE action = 'streams.released' ORDER BY id DESC LIMIT 1"
    assert books.value(named) == [str(forgetful)]
    assert books.release()["due"] == 0, "it is tried again in an hour"


def test_lost_repeated_late_and_shuffled_ticks_end_like_a_clean_run(books: Books) -> None:
    chance = random.Random(4)
    end = datetime.now(UTC).replace(microsecond=0)
    start = end - timedelta(hours=2)
    terms = [(Decimal(chance.randint(1, 10**7)) / 10**6, chance.randint(60, 14_000)) for _ in range(300)]
    minutes = [start + timedelta(minutes=n) for n in range(1, 120)]

    def run(ticks: list[datetime]) -> list[Row]:
        platform = books.platform("100000")
        ids = books.streams(platform, books.worker(platform), start, terms, interval=300)
        for at in ticks:
            books.release(at)
        return books.rows(
            "SELECT released_amount, remaining_amount, status, next_release_at FROM streams"
            " WHERE id = ANY(%s) ORDER BY id",
            ids,
        )

    clean = run([*minutes, end])
    disturbed = chance.sample(minutes, 60) + chance.sample(minutes, 30)
    chance.shuffle(disturbed)

    assert run([*disturbed, end]) == clean
    assert run([end]) == clean
    assert books.differences() == []


def test_a_release_leaves_the_indexes_of_streams_alone(books: Books, platform: UUID, worker: UUID) -> None:
    books.stream(platform, worker, ago=600)

    with books.measured("streams", role="jobs") as cost:
        assert books.release()["released"] == 1

    assert (cost["updated"], cost["in_place"]) == (1, 1)


def test_a_stream_is_among_the_due_ones_while_it_is_active(books: Books, platform: UUID, worker: UUID) -> None:
    def due() -> list[Row]:
        return books.rows("SELECT stream_id, platform_id FROM ops.due_streams")

    stream = books.stream(platform, worker, ago=600)
    found = [{"stream_id": stream, "platform_id": platform}]
    assert due() == found

    books.act(platform, "pause_stream", stream)
    assert due() == []

    books.act(platform, "resume_stream", stream)
    assert due() == found

    books.act(platform, "cancel_stream", stream)
    assert due() == []


def test_the_next_one_due_is_the_earliest_of_the_active(books: Books, platform: UUID, worker: UUID) -> None:
    def next_due() -> datetime | None:
        at: datetime | None = books.job("next_due_release")["next_due_release"]
        return at

    assert next_due() is None
    late, early = (books.stream(platform, worker, ago=ago) for ago in [300, 600])
    assert next_due() == books.value("SELECT next_release_at FROM streams WHERE id = %s", early)
    books.act(platform, "pause_stream", early)
    assert next_due() == books.value("SELECT next_release_at FROM streams WHERE id = %s", late)
    books.release()
    at = next_due()
    assert at is not None
    assert at > datetime.now(UTC)


# ---------------------------------------------------------------------------------------------------------- on request


def by_worker(books: Books, worker: UUID, function: str, *values: object) -> Row:
    with acting(books.connection("api"), "worker", worker) as api:
        return call(api, function, *values)


def test_either_party_has_released_what_has_accrued(books: Books, platform: UUID, worker: UUID) -> None:
    stream = books.stream(platform, worker, "36", ago=600, interval=3600)

    first = by_worker(books, worker, "release_stream", stream)
    second = books.act(platform, "release_stream", stream)

    assert 6 <= first["released_amount"] <= second["released_amount"] < Decimal("6.5")
    assert books.balance("worker_available", worker, platform) == second["released_amount"]
    told = books.rows("SELECT payload FROM ops.outbox WHERE event = 'stream.released' ORDER BY id")
    assert told[0]["payload"] == {key: str(first["released_amount"]) for key in ("amount", "released_amount")}
    asked = [row["actor_type"] for row in books.rows(
        "SELECT actor_type FROM audit_logs WHERE action = 'stream.released' ORDER BY id"
    )]  # fmt: skip
    assert asked == ["worker", "platform"]


def test_a_release_at_the_end_completes_the_stream(books: Books, platform: UUID, worker: UUID) -> None:
    stream = books.stream(platform, worker, "36", ago=7200)

    assert by_worker(books, worker, "release_stream", stream)["status"] == "completed"

    assert books.row("SELECT status, paid_amount FROM tasks") == {"status": "completed", "paid_amount": 36}
    assert books.balance("worker_available", worker, platform) == 36


def test_a_worker_asks_once_a_minute_for_each_stream(books: Books, platform: UUID, worker: UUID) -> None:
    first, second = (books.stream(platform, worker, ago=600) for _ in range(2))
    by_worker(books, worker, "release_stream", first)

    with pytest.raises(psycopg.Error) as error:
        by_worker(books, worker, "release_stream", first)
    assert error.value.sqlstate == "GS070"
    assert 50 <= int(error.value.diag.message_detail or 0) <= 60
    by_worker(books, worker, "release_stream", second)
    books.act(platform, "release_stream", first)
    books.plant("UPDATE ops.rate_limits SET minute = minute - interval '1 minute'")
    by_worker(books, worker, "release_stream", first)
    books.plant("UPDATE ops.rate_limits SET minute = minute + interval '1 hour'")
    by_worker(books, worker, "release_stream", first)


def test_what_is_refused_is_no_request(books: Books, platform: UUID, worker: UUID) -> None:
    stream = books.stream(platform, worker, ago=600)
    books.act(platform, "pause_stream", stream)
    with refused("GS011"):
        by_worker(books, worker, "release_stream", stream)
    books.act(platform, "resume_stream", stream)

    by_worker(books, worker, "release_stream", stream)


def test_a_stranger_has_nothing_released(books: Books, platform: UUID, worker: UUID) -> None:
    stream = books.stream(platform, worker, ago=600)
    for kind, stranger in [("platform", books.platform("0")), ("worker", books.worker(platform)), ("", uuid4())]:
        with refused("GS001"), acting(books.connection("api"), kind, stranger) as api:
            call(api, "release_stream", stream)
    assert released(books) == 0


def test_a_release_on_request_and_a_tick_at_once_pay_once(books: Books, platform: UUID, worker: UUID) -> None:
    for _ in range(10):
        stream = books.stream(platform, worker, "36", ago=600)

        def ask(number: int, stream: UUID = stream) -> None:
            with closing(Books(books.url)) as own:
                own.act(platform, "release_stream", stream) if number % 2 else own.release()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(ask, range(4)))
    paid = books.value("SELECT sum(released_amount) FROM streams")
    assert 60 <= paid < 62
    assert books.balance("worker_available", worker, platform) == paid
