"""The job that pays out what waits: by threshold or by age, one payout a worker and platform, and nobody twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from tests.books import Books, Money, acting, call
from tests.settling import rich

Job = Callable[..., Any]
LATER = timedelta(hours=25)


@pytest.fixture
def platform(books: Books) -> UUID:
    return books.platform("10000")


def payouts(books: Books) -> list[tuple[UUID, Money]]:
    rows = books.rows("SELECT worker_id, amount FROM transactions WHERE tx_type = 'payout' ORDER BY amount, id")
    return [(row["worker_id"], row["amount"]) for row in rows]


def age(books: Books) -> None:
    """As if everything had waited a day longer."""
    books.plant("UPDATE ledger.accounts SET paid_out_at = paid_out_at - %s", LATER)


@pytest.mark.wrong_figures
def test_from_the_threshold_on_at_once_and_from_the_minimum_on_after_a_day(
    books: Books, platform: UUID, job: Job
) -> None:
    dust, least, under, enough = [rich(books, platform, amount) for amount in ["0.999999", "1", "19.999999", "20"]]
    rich(books, platform, "500", wallet=False)

    assert job("SettlePayouts") == {"payouts": 1, "settlements": 1, "payments": 1}
    assert job("SettlePayouts") == {"payouts": 0, "settlements": 0, "payments": 0}
    assert payouts(books) == [(enough, 20)]

    age(books)
    assert job("SettlePayouts") == {"payouts": 2, "settlements": 1, "payments": 2}
    assert payouts(books) == [(least, 1), (under, Decimal("19.999999")), (enough, 20)]
    assert books.balance("worker_available", dust, platform) == Decimal("0.999999")


def test_a_worker_of_many_platforms_gets_one_payout_a_platform(books: Books, job: Job) -> None:
    platforms = [books.platform() for _ in range(4)]
    one, other = rich(books, platforms[0], "25"), rich(books, platforms[0], "40")
    for number, another in enumerate(platforms[1:], 1):
        for worker in [one, other][: 1 + number % 2]:
            books.plant("INSERT INTO ops.memberships (platform_id, worker_id) VALUES (%s, %s)", another, worker)
            books.completed(another, worker, "30")
            books.completed(another, worker, "5")

    assert job("SettlePayouts")["payouts"] == 7
    rows = books.rows("SELECT worker_id, platform_id FROM transactions WHERE tx_type = 'payout'")
    assert len({(row["worker_id"], row["platform_id"]) for row in rows}) == len(rows) == 7
    assert {amount for _, amount in payouts(books)} == {25, 35, 40}


def test_what_failed_is_not_tried_at_each_tick(books: Books, platform: UUID, job: Job) -> None:
    worker = rich(books, platform, "20")
    payout = books.job("process_payment", worker, platform, 20)["id"]
    books.job("fail_payment", payout, "refused")

    assert job("SettlePayouts")["payouts"] == 0
    books.plant("UPDATE transactions SET updated_at = now() - %s WHERE id = %s", LATER, payout, mute="transactions")
    assert job("SettlePayouts")["payouts"] == 1


def test_batches_are_as_large_as_configured(
    books: Books, platform: UUID, job: Job, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("SETTLE_BATCH", "2")
    for _ in range(5):
        rich(books, platform, "20")

    assert job("SettlePayouts") == {"payouts": 5, "settlements": 3, "payments": 5}
    sizes = books.rows("SELECT payments, amount FROM ops.settlements ORDER BY id")
    assert [(row["payments"], row["amount"]) for row in sizes] == [(2, 40), (2, 40), (1, 20)]


def test_by_circle_each_payout_is_a_settlement_with_a_key_of_its_own(
    books: Books, platform: UUID, job: Job, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("SETTLEMENT_RAIL", "circle")
    environment.setenv("CIRCLE_WALLET_ADDRESS", "0x" + "ce" * 20)
    for _ in range(3):
        rich(books, platform, "20")

    assert job("SettlePayouts") == {"payouts": 3, "settlements": 3, "payments": 3}
    rows = books.rows("SELECT idempotency_key, signer, contract FROM ops.settlements")
    assert len({row["idempotency_key"] for row in rows}) == 3
    assert {(row["signer"], row["contract"]) for row in rows} == {("0x" + "ce" * 20, None)}


def test_each_payout_tells_once_what_each_stream_has_released(books: Books, platform: UUID, job: Job) -> None:
    worker = rich(books, platform, "20")
    first, second = (books.stream(platform, worker, "36", ago=ago) for ago in [600, 1200])
    books.release()
    job("SettlePayouts")
    books.pass_time(first, 1200)
    books.release()
    books.completed(platform, worker, "20")
    job("SettlePayouts")
    books.completed(platform, worker, "5")
    with acting(books.connection("api"), "worker", worker) as connection:
        call(connection, "request_payout", worker, platform, None, 1)

    told = books.rows("SELECT object_id, payload FROM ops.outbox WHERE event = 'stream.released' ORDER BY id")
    begun = [row["id"] for row in books.rows("SELECT id FROM transactions ORDER BY id")]
    # The streams are young by some seconds more than they were made to be.
    amounts = [round(Decimal(row["payload"]["amount"])) for row in told]
    by_stream = [(row["object_id"], row["payload"]["transaction_id"]) for row in told]
    assert sorted(zip(by_stream, amounts, strict=True)) == sorted(
        [((first, str(begun[0])), 6), ((second, str(begun[0])), 12), ((first, str(begun[1])), 12)]
    )
    last = told[-1]["payload"]
    assert Decimal(last["released_amount"]) == books.value("SELECT released_amount FROM streams WHERE id = %s", first)


def test_runs_at_once_share_the_work_and_pay_nobody_twice(
    books: Books, platform: UUID, url: Callable[[str], str]
) -> None:
    workers = [rich(books, platform, "20") for _ in range(40)]
    start = Barrier(4)

    def run() -> tuple[int, int]:
        with closing(Books(url)) as own:
            own.connection("jobs")
            start.wait()
            queued = own.job("queue_payouts", datetime.now(UTC), 1, 20, timedelta(hours=24), 15)["queued"]
            return queued, own.job("queue_settlements", "web3", 1, None, "0x" + "c0" * 20, 7, 10)["payments"]

    with ThreadPoolExecutor(4) as pool:
        runs = [future.result() for future in [pool.submit(run) for _ in range(4)]]
    books.job("queue_payouts", datetime.now(UTC), 1, 20, timedelta(hours=24), 100)
    books.job("queue_settlements", "web3", 1, None, "0x" + "c0" * 20, 7, 10)

    assert sum(queued for queued, _ in runs) <= 40
    assert sorted(payouts(books)) == sorted((worker, 20) for worker in workers)
    assert books.value("SELECT sum(payments) FROM ops.settlements") == 40
