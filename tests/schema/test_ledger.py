"""One row moves money between two accounts: it balances by construction, is posted once, and never below a floor."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from tests.books import Books, refused

POST = """
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, task_id, source_seq, event_at)
    VALUES (ledger.account(%s, %s, %s), ledger.account(%s, %s, %s), %s, %s, %s, %s, now()) RETURNING id
"""
# Each id is a task's and its worker's account's.
PAY = """
    INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, task_id, source_seq, event_at)
    SELECT %(held)s, id, 0.01, 'pay', id, %(seq)s, now() FROM unnest(%(ids)s::uuid []) AS id
"""


def post(
    books: Books, platform: UUID, task: UUID, amount: str = "1", reason: str = "hold", seq: int = 7, back: bool = False
) -> None:
    """From available to held of a platform, or back."""
    sides = [("platform_available", platform, platform), ("platform_held", platform, platform)]
    debit, credit = reversed(sides) if back else sides
    books.rows(POST, *debit, *credit, amount, reason, task, seq)


@pytest.fixture
def platform(books: Books) -> UUID:
    return books.platform("100")


@pytest.fixture
def task(books: Books, platform: UUID) -> UUID:
    return books.task(platform, books.worker(platform), "10")


@pytest.mark.wrong_figures
def test_a_transfer_moves_both_balances_and_creates_nothing(books: Books, platform: UUID, task: UUID) -> None:
    post(books, platform, task, "2.5")

    assert books.funds(platform) == (Decimal("87.5"), Decimal("12.5"))
    assert books.balance("custody") == -100
    assert books.value("SELECT sum(balance) FROM ledger.accounts") == 0


@pytest.mark.wrong_figures
def test_the_same_business_is_posted_once(books: Books, platform: UUID, task: UUID) -> None:
    post(books, platform, task)
    with refused("23505", "transfers_task_key"):
        post(books, platform, task, "2")
    post(books, platform, task, seq=8)


@pytest.mark.parametrize("amount", ["0", "-1", "NaN"])
def test_an_amount_is_a_number_above_zero(books: Books, platform: UUID, task: UUID, amount: str) -> None:
    with refused("23514"):
        post(books, platform, task, amount)


@pytest.mark.wrong_figures
def test_no_account_falls_below_its_floor(books: Books, platform: UUID, task: UUID) -> None:
    with refused("23514", "accounts_balance_floor"):
        post(books, platform, task, "90.000001")
    post(books, platform, task, "90")
    assert books.funds(platform) == (0, 100)


def test_a_transfer_has_exactly_one_source(books: Books, platform: UUID, task: UUID) -> None:
    account = books.value("SELECT ledger.account('platform_held', %s, %s)", platform, platform)
    for columns, values in [("", ""), (", task_id, deposit_id", ", %(task)s, %(deposit)s")]:
        with refused("23514", "transfers_source"):
            books.connection("jobs").execute(
                f"INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, event_at{columns})"
                f" VALUES (ledger.account('custody'), %(account)s, 1, 'deposit', now(){values})",
                {"account": account, "task": task, "deposit": books.value("SELECT id FROM ops.deposits")},
            )


def test_money_does_not_move_in_a_circle(books: Books, platform: UUID, task: UUID) -> None:
    held = ("platform_held", platform, platform)
    with refused("23514"):
        books.rows(POST, *held, *held, 1, "hold", task, 7)


def test_many_transfers_of_a_statement_write_each_account_once(books: Books, platform: UUID) -> None:
    worker = books.worker(platform)
    start = datetime.now(UTC).replace(microsecond=0)
    with books.measured("ledger.accounts") as cost:
        books.streams(platform, worker, start, [(Decimal("0.1"), 60)] * 500)

    assert cost["updated"] == 2
    assert books.funds(platform) == (50, 50)


@pytest.mark.parametrize(
    ("kind", "owner", "platform"),
    [("platform_held", 1, 2), ("platform_held", None, 1), ("worker_available", 1, None), ("custody", 1, 1)],
)
def test_an_account_belongs_to_whom_its_kind_says(
    books: Books, kind: str, owner: int | None, platform: int | None
) -> None:
    with refused("23514", "accounts_owner"):
        books.plant(
            "INSERT INTO ledger.accounts (kind, owner_id, platform_id) VALUES (%s, %s, %s)",
            kind, owner and UUID(int=owner), platform and UUID(int=platform),
        )  # fmt: skip


def test_an_account_is_opened_once(books: Books) -> None:
    platform, worker = books.platform("0"), books.worker()
    accounts = [books.value("SELECT ledger.account('worker_available', %s, %s)", worker, platform) for _ in range(2)]

    assert (
        accounts[0] == accounts[1] != books.value("SELECT ledger.account('worker_settling', %s, %s)", worker, platform)
    )


def test_what_money_was_posted_for_cannot_be_deleted(books: Books, platform: UUID, task: UUID) -> None:
    with pytest.raises(Exception, match="transfers_task_id_fkey"):
        books.operate("DELETE FROM tasks WHERE id = %s", task)


@pytest.mark.wrong_figures
def test_one_transfer_after_thousands_reads_no_table_from_end_to_end(books: Books, platform: UUID) -> None:
    """A connection keeps its plans, and the best for thousands of rows reads every account."""
    held = books.value("SELECT ledger.account('platform_held', %s, %s)", platform, platform)
    books.plant(
        """
        WITH workers AS (
            INSERT INTO workers (name, email, password_hash)
            SELECT 'W', n || '@w.example', '' FROM generate_series(1, 3000) AS n RETURNING id
        ),

        accounts AS (
            INSERT INTO ledger.accounts (id, kind, owner_id, platform_id)
            SELECT id, 'worker_available', id, %s FROM workers
        )

        INSERT INTO tasks (id, platform_id, worker_id, task_type, amount, status, title)
        SELECT id, %s, id, 'fixed', 1, 'active', 'a task' FROM workers
        """,
        platform,
        platform,
    )
    books.plant("UPDATE ledger.accounts SET balance = 100 WHERE id = %s", held)
    books.plant("ANALYZE")
    one = books.value("SELECT id FROM tasks LIMIT 1")
    jobs = books.connection("jobs")
    jobs.execute(PAY, {"held": held, "ids": books.value("SELECT array_agg(id) FROM tasks"), "seq": 1})
    with books.measured("ledger.accounts", "jobs") as cost:
        jobs.execute(PAY, {"held": held, "ids": [one], "seq": 2})
    assert cost["read"] < 20
