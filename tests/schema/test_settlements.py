"""A settlement's way from the queue to its end: nothing paid twice, nothing lost, nothing out of order."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from tests.books import Books, Row, call, refused

CHAIN = 5042002
SIGNER = "0x" + "51" * 20
CONTRACT = "0x" + "c0" * 20
BLOCK = "0x" + "b1" * 32


def hash_of(number: int) -> str:
    return f"0x{number:064x}"


def signer(books: Books, function: str, *values: object, **named: object) -> Row:
    return call(books.connection("signer"), function, *values, **named)


def rich(books: Books, platform: UUID, amount: str = "30", *, wallet: bool = True) -> UUID:
    """A worker with money, and mostly with a wallet."""
    worker = books.worker(platform)
    if wallet:
        books.plant("UPDATE workers SET wallet_address = %s WHERE id = %s", "0x" + worker.hex + "00" * 4, worker)
    books.completed(platform, worker, amount)
    return worker


def queue(books: Books, batch: int = 200, limit: int = 100, rail: str = "web3") -> list[UUID]:
    """Put what waits into settlements; those that wait now."""
    books.job("queue_settlements", rail, CHAIN, None, CONTRACT, batch, limit)
    return [row["id"] for row in books.rows("SELECT id FROM ops.settlements WHERE state = 'queued' ORDER BY id")]


def sent(books: Books, settlement: UUID, tx_hash: str) -> None:
    signer(books, "open_signer", CHAIN, SIGNER, CONTRACT, 0)
    signer(books, "reserve_settlement", settlement, 0)
    signer(books, "store_attempt", settlement, tx_hash, b"raw" + tx_hash.encode(), 100000, 20, 1)
    signer(books, "note_broadcast", tx_hash, "ok")


@pytest.fixture
def platform(books: Books) -> UUID:
    return books.platform("1000")


def test_a_batch_is_paid_but_for_whom_cannot_be(books: Books, platform: UUID) -> None:
    workers = [rich(books, platform) for _ in range(3)]
    queued = books.job("queue_payouts", datetime.now(UTC), 1, 20, timedelta(hours=24), 100)
    assert (queued["queued"], queued["amount"]) == (3, 90)
    (settlement,) = queue(books)
    sent(books, settlement, hash_of(1))

    done = books.job("finish_settlement", settlement, hash_of(1), 7, BLOCK, 100, 20, [2])

    assert (done["state"], done["first_payment_no"], done["payments"], done["amount"]) == ("final_ok", 1, 3, 90)
    assert books.balance("custody") == -940
    states = books.rows("SELECT status, payment_no, error_message FROM transactions ORDER BY payment_no")
    assert [row["status"] for row in states] == ["completed", "failed", "completed"]
    assert sorted(books.balance("worker_available", worker, platform) for worker in workers) == [0, 0, 30]
    assert books.job("finish_settlement", settlement, hash_of(1), 7, BLOCK, 100, 20, [2]) == done
    with refused("GS011"):
        books.job("revert_settlement", settlement, hash_of(1), 7, BLOCK, 100, 20, "no")
