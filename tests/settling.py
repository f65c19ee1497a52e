"""Settlements for tests: workers with wallets and money, and a signer that does what its job does, without a chain."""

from uuid import UUID

from tests.books import Books, Row, call

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
