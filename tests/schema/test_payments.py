"""A payout sets a worker's money aside and, once it is final on chain, takes it out of custody."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from tests.books import Books, Money, refused

HASH = "0x" + "ab" * 32


@pytest.fixture
def platform(books: Books) -> UUID:
    return books.platform("100")


@pytest.fixture
def worker(books: Books, platform: UUID) -> UUID:
    """A worker with 30 USDC."""
    worker = books.worker(platform)
    books.completed(platform, worker, "30")
    return worker


def worker_funds(books: Books, worker: UUID, platform: UUID) -> tuple[Money, Money]:
    return books.balance("worker_available", worker, platform), books.balance("worker_settling", worker, platform)


def test_a_payout_goes_from_available_over_settling_out_of_custody(books: Books, platform: UUID, worker: UUID) -> None:
    payout = books.job("process_payment", worker, platform, Decimal("12.5"))
    assert (payout["status"], worker_funds(books, worker, platform)) == ("pending", (Decimal("17.5"), Decimal("12.5")))

    paid = books.job("complete_payment", payout["id"], HASH, 1)

    assert (paid["status"], paid["tx_hash"], paid["payment_no"]) == ("completed", HASH, 1)
    assert worker_funds(books, worker, platform) == (Decimal("17.5"), 0)
    assert books.balance("custody") == Decimal("-87.5")
    assert books.differences() == []


def test_more_than_is_available_is_refused_whole(books: Books, platform: UUID, worker: UUID) -> None:
    with refused("23514", "accounts_balance_floor"):
        books.job("process_payment", worker, platform, Decimal("30.000001"))

    assert books.value("SELECT count(*) FROM transactions") == 0


def test_money_earned_with_one_platform_is_not_paid_out_of_anothers(books: Books, platform: UUID, worker: UUID) -> None:
    with refused("23514", "accounts_balance_floor"):
        books.job("process_payment", worker, books.platform(), Decimal(1))


def test_a_payout_completes_once(books: Books, platform: UUID, worker: UUID) -> None:
    payout = books.job("process_payment", worker, platform, 1)
    books.job("complete_payment", payout["id"], HASH, 1)

    with refused("GS011"):
        books.job("complete_payment", payout["id"], HASH, 2)


def test_one_payment_of_a_batch_pays_one_row(books: Books, platform: UUID, worker: UUID) -> None:
    first, second = (books.job("process_payment", worker, platform, 1)["id"] for _ in range(2))
    books.job("complete_payment", first, HASH, 1)

    with refused("23505", "transactions_payment_key"):
        books.job("complete_payment", second, HASH, 1)
    books.job("complete_payment", second, HASH, 2)


def test_unknown_ids(books: Books, platform: UUID) -> None:
    with refused("GS001"):
        books.job("process_payment", uuid4(), platform, 1)
    with refused("GS001"):
        books.job("complete_payment", uuid4(), HASH, 1)


def test_the_api_pays_nobody_out(books: Books, platform: UUID, worker: UUID) -> None:
    with refused("42501"):
        books.act(platform, "process_payment", worker, platform, 1)


def test_each_state_of_a_transaction_is_kept_and_never_changed(books: Books, platform: UUID, worker: UUID) -> None:
    payout = books.job("process_payment", worker, platform, 1)["id"]
    books.rows("UPDATE transactions SET status = 'processing' WHERE id = %s RETURNING id", payout)
    books.rows("UPDATE transactions SET blockchain_confirmations = 3 WHERE id = %s RETURNING id", payout)
    books.job("complete_payment", payout, HASH, 1)
    failed = books.job("process_payment", worker, platform, 1)["id"]
    books.job("fail_payment", failed, "blocked")

    def states(transaction: UUID) -> list[tuple[str, str | None]]:
        rows = books.rows("SELECT * FROM ops.transaction_states WHERE transaction_id = %s ORDER BY id", transaction)
        assert [row["created_at"] for row in rows] == sorted(row["created_at"] for row in rows)
        return [(row["status"], row["error_message"]) for row in rows]

    assert states(payout) == [("pending", None), ("processing", None), ("completed", None)]
    assert states(failed) == [("pending", None), ("failed", "blocked")]
    for role in ("api", "jobs", "operator"):
        with refused("42501"):
            books.connection(role).execute("INSERT INTO ops.transaction_states (status) VALUES ('pending')")
