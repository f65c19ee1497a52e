"""History is never changed, nothing is emptied at once, and no cascade reaches posted money."""

import psycopg
import pytest
from tests.books import Books, refused

DOMAIN = ["workers", "platforms", "tasks", "streams", "transactions", "reputation_events", "loans", "audit_logs"]


@pytest.mark.parametrize("table", [*DOMAIN, "ledger.transfers", "ledger.accounts", "ops.deposits"])
def test_no_table_is_truncated_not_even_by_the_owner(books: Books, table: str) -> None:
    with refused("GS014"):
        books.plant(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.transfers SET amount = 1",
        "DELETE FROM ledger.transfers",
        "UPDATE audit_logs SET action = 'x'",
        "DELETE FROM audit_logs",
        "UPDATE reputation_events SET delta = 1",
        "UPDATE ops.transaction_states SET status = 'failed'",
    ],
)
def test_what_is_written_stays_written_even_for_the_owner(books: Books, statement: str) -> None:
    platform = books.platform()
    books.completed(platform, books.worker(platform))

    with refused("GS014"):
        books.plant(statement)


@pytest.mark.parametrize("role", ["api", "jobs", "signer", "operator", "auditor"])
def test_no_role_of_the_service_deletes_or_empties_what_money_hangs_on(books: Books, role: str) -> None:
    for table in [*DOMAIN, "ledger.transfers", "ledger.accounts", "ops.deposits"]:
        with refused("42501"):
            books.connection(role).execute(f"TRUNCATE {table} CASCADE")
        if (role, table) != ("operator", "tasks"):
            with refused("42501"):
                books.connection(role).execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("doomed", ["workers", "tasks", "streams", "transactions"])
def test_a_delete_that_reaches_posted_money_fails_as_a_whole(books: Books, doomed: str) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.completed(platform, worker)
    books.stream(platform, worker, ago=600)
    books.release()
    books.job("process_payment", worker, platform, 1)
    before = books.rows("SELECT 'task' AS what, id FROM tasks UNION ALL SELECT 'stream', id FROM streams ORDER BY 2")

    with pytest.raises(psycopg.IntegrityError):
        books.plant(f"DELETE FROM {doomed}")

    assert (
        books.rows("SELECT 'task' AS what, id FROM tasks UNION ALL SELECT 'stream', id FROM streams ORDER BY 2")
        == before
    )
    assert books.differences() == []


def test_a_draft_workers_rows_go_with_him(books: Books) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.draft(platform, worker)
    books.rows(
        "INSERT INTO reputation_events (worker_id, event_type, delta) VALUES (%s, 'bonus', 1) RETURNING id", worker
    )

    books.plant("DELETE FROM workers WHERE id = %s", worker)

    for table in ["tasks", "reputation_events", "ops.memberships", "ops.worker_counters"]:
        assert books.value(f"SELECT count(*) FROM {table}") == 0, table
    assert books.differences() == []
