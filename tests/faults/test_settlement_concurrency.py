"""Payouts begin, are batched and end while pay comes in and workers withdraw: no deadlock, and nothing is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Barrier
from uuid import UUID

import psycopg
from tests.books import Books, acting, call
from tests.settling import BLOCK, CHAIN, CONTRACT, SIGNER, hash_of, rich, signer

ROUNDS = 25
# Somebody else was first, or the money is gone by now.
BEATEN = {"GS010", "GS011", "GS091", "23514"}

Act = Callable[[Books, Random], object]


def pay_out(books: Books, _: Random) -> None:
    books.job("queue_payouts", datetime.now(UTC), 1, 2, timedelta(hours=1), 10)
    books.job("queue_settlements", "web3", CHAIN, None, CONTRACT, 6, 2)


def send(books: Books, r: Random) -> None:
    """The signer's job: what is queued is reserved, stored and sent."""
    for row in books.rows("SELECT id FROM ops.settlements WHERE state = 'queued' ORDER BY id LIMIT 3"):
        tx_hash = hash_of(r.getrandbits(128))
        signer(books, "reserve_settlement", row["id"], 0)
        signer(books, "store_attempt", row["id"], tx_hash, b"raw", 1, 20, 1)
        signer(books, "note_broadcast", tx_hash)


def confirm(books: Books, r: Random) -> None:
    rows = books.rows(
        "SELECT s.id, a.tx_hash, s.first_payment_no AS first FROM ops.settlements AS s"
        " JOIN ops.settlement_attempts AS a ON s.id = a.settlement_id WHERE s.state = 'broadcast' ORDER BY s.id"
    )
    for row in rows[:3]:
        failed = [row["first"]] if r.random() < 0.5 else []
        books.job("finish_settlement", row["id"], row["tx_hash"], 7, BLOCK, 1, 1, failed)


def settle(books: Books, r: Random) -> None:
    for act in [pay_out, send, confirm]:
        act(books, r)


def test_everybody_at_once(books: Books, url: Callable[[str], str]) -> None:
    platform = books.platform("100000")
    workers = [rich(books, platform, "20") for _ in range(12)]
    for number, worker in enumerate(workers * 2):
        books.stream(platform, worker, "36", ago=100 * number, seconds=1200)
    signer(books, "open_signer", CHAIN, SIGNER, CONTRACT, 0)

    def withdraw(own: Books, r: Random) -> None:
        worker = r.choice(workers)
        with acting(own.connection("api"), "worker", worker) as connection:
            call(connection, "request_payout", worker, platform, r.choice([None, 1]), 1)

    def release(own: Books, r: Random) -> None:
        stream: UUID = own.value("SELECT id FROM streams ORDER BY random() LIMIT 1")
        own.pass_time(stream, r.choice([60, 300]))
        own.release(limit=5)

    def complete(own: Books, r: Random) -> None:
        own.completed(platform, r.choice(workers), "3")

    acts: list[Act] = [settle, settle, pay_out, withdraw, withdraw, release, release, complete, complete]
    start = Barrier(len(acts))

    def play(act: Act, seed: int) -> list[str | None]:
        errors, r = [], Random(seed)
        with closing(Books(url)) as own:
            start.wait()
            for _ in range(ROUNDS):
                try:
                    act(own, r)
                except psycopg.Error as error:
                    errors.append(error.sqlstate)
        return errors

    with ThreadPoolExecutor(len(acts)) as pool:
        runs = [pool.submit(play, act, seed) for seed, act in enumerate(acts)]
        errors = {error for run in runs for error in run.result()}

    assert errors <= BEATEN
    assert books.value("SELECT count(*) FROM ops.settlements WHERE state = 'final_ok'") > 3
    assert books.value("SELECT count(*) FROM transactions WHERE status = 'failed'") > 0
    assert books.differences() == []
