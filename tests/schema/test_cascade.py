"""Keys cascade as declared, and posted money survives DELETE, TRUNCATE and erasure, by whatever role."""

from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from tests.books import Books, Row, acting, call, refused

ROLES = ["api", "jobs", "signer", "operator", "auditor", "owner", "postgres"]
TABLES = ["workers", "platforms", "tasks", "streams", "loans", "transactions"]
# No right; a foreign key that is in the way; what is written stays written.
REFUSALS = {"42501", "23503", "23001", "GS014"}
CASCADING = {
    ("tasks", "worker_id"),
    ("tasks", "platform_id"),
    ("streams", "task_id"),
    ("transactions", "worker_id"),
    ("reputation_events", "worker_id"),
    ("loans", "worker_id"),
}


def posted(books: Books) -> tuple[UUID, UUID]:
    """A platform and its worker, with something posted in each table and a draft beside it."""
    platform = books.platform()
    worker = books.worker(platform)
    books.completed(platform, worker, "10", rating=5)
    books.stream(platform, worker, ago=600)
    books.release()
    books.draft(platform, worker)
    paid = books.job("process_payment", worker, platform, 4)
    books.job("complete_payment", paid["id"], "0x" + "1" * 64, 1)
    call(books.connection("operator"), "fund_pool", 50)
    books.rows(
        """
        WITH lent AS (
            INSERT INTO loans (worker_id, platform_id, amount, total_due, status, disbursed_at)
            VALUES (%s, %s, 50, 50, 'disbursed', now()) RETURNING id, worker_id, platform_id
        )
        INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, loan_id, event_at)
        SELECT
            ledger.account('advance_pool'), ledger.account('worker_available', worker_id, platform_id),
            50, 'advance', id, now()
        FROM lent
        RETURNING id
        """,
        worker, platform,
    )  # fmt: skip
    return platform, worker


@pytest.fixture
def parties(books: Books) -> tuple[UUID, UUID]:
    return posted(books)


def books_of(books: Books) -> list[list[Row]]:
    """Every row that money hangs on, and the sum over all accounts."""
    tables = [*TABLES, "reputation_events", "ledger.accounts", "ledger.transfers", "ops.deposits"]
    statement = "SELECT t::text FROM {} AS t ORDER BY id"
    rows = [
        books.connection("owner").execute(sql.SQL(statement).format(sql.Identifier(*table.split(".")))).fetchall()
        for table in tables
    ]
    assert all(rows)
    return [*rows, books.rows("SELECT kind, sum(balance) FROM ledger.accounts GROUP BY kind ORDER BY kind")]


def cascading(books: Books) -> set[tuple[str, str]]:
    rows = books.rows(
        """
        SELECT c.conrelid::regclass::text AS table, a.attname AS column
        FROM pg_constraint AS c
        INNER JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confdeltype = 'c'
        """
    )
    return {(row["table"], row["column"]) for row in rows}


@pytest.mark.parametrize("role", ROLES)
def test_posted_money_survives_delete_and_truncate(books: Books, parties: tuple[UUID, UUID], role: str) -> None:
    before = books_of(books)
    for table in TABLES:
        for statement in ["DELETE FROM {}", "TRUNCATE {} CASCADE"]:
            with pytest.raises(psycopg.Error) as error:
                books.connection(role).execute(sql.SQL(statement).format(sql.Identifier(table)))
            assert error.value.sqlstate in REFUSALS, (table, statement, error.value)

    assert books_of(books) == before
    assert cascading(books) >= CASCADING
    assert books.differences() == []


@pytest.mark.parametrize("table", ["ledger.transfers", "ledger.accounts", "ops.deposits"])
@pytest.mark.parametrize("role", ROLES)
def test_the_ledger_itself_does_too(books: Books, parties: tuple[UUID, UUID], role: str, table: str) -> None:
    before = books_of(books)
    for statement in ["DELETE FROM {}", "TRUNCATE {} CASCADE"]:
        with pytest.raises(psycopg.Error) as error:
            books.connection(role).execute(sql.SQL(statement).format(sql.Identifier(*table.split("."))))
        assert error.value.sqlstate in REFUSALS, (statement, error.value)

    assert books_of(books) == before


def test_posted_money_survives_erasure(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.completed(platform, worker, "10", rating=5)
    paid = books.job("process_payment", worker, platform, 10)
    books.job("complete_payment", paid["id"], "0x" + "1" * 64, 1)
    statement = "SELECT t::text FROM ledger.transfers AS t ORDER BY id"
    before = books.rows(statement)

    with acting(books.connection("api"), "worker", worker) as connection:
        call(connection, "erase_worker", worker)

    assert books.rows(statement) == before
    assert books.row("SELECT id, name, total_earned FROM workers") == {
        "id": worker, "name": "Erased worker", "total_earned": 10,
    }  # fmt: skip
    assert books.differences() == []


@pytest.mark.parametrize("doomed", ["workers", "platforms"])
@pytest.mark.parametrize("role", ["owner", "postgres"])
def test_drafts_go_with_whose_they_are(books: Books, role: str, doomed: str) -> None:
    platform = books.platform(funds="0")
    books.draft(platform, books.worker(platform))

    books.connection(role).execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(doomed)))

    for table in ["tasks", "ops.memberships"]:
        assert books.value(f"SELECT count(*) FROM {table}") == 0, table
    assert books.differences() == []


@pytest.mark.parametrize("role", ["api", "jobs", "signer", "operator", "auditor"])
def test_no_role_of_the_service_deletes_a_worker_not_even_a_draft(books: Books, role: str) -> None:
    worker = books.worker()

    with refused("42501"):
        books.connection(role).execute("DELETE FROM workers")
    assert books.value("SELECT id FROM workers") == worker
