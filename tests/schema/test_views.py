"""The five views over a small book reckoned by hand, and that one id costs one id."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from tests.books import Books, Row, acting

RECOUNT = """
    (
        SELECT
            (created_at AT TIME ZONE 'UTC')::date AS day, tx_type, status, count(*) AS transactions,
            sum(amount) AS total_amount, sum(fee) AS total_fees, round(avg(amount), 6) AS average_amount
        FROM transactions GROUP BY 1, 2, 3
    )
"""


@pytest.fixture
def book(books: Books) -> tuple[UUID, UUID]:
    """Two tasks done (10 and 20), one open (5), one cancelled; a stream of 36 USDC an hour, a third of it released."""
    platform = books.platform("1000")
    worker = books.worker(platform)
    books.completed(platform, worker, "10", rating=5)
    books.completed(platform, worker, "20", rating=4)
    books.task(platform, worker, "5")
    books.act(platform, "cancel_task", books.task(platform, worker, "7"))
    books.stream(platform, worker, "36", ago=1200, interval=1200)
    books.release(books.value("SELECT next_release_at FROM streams"))
    payout = books.job("process_payment", worker, platform, 30)
    books.job("complete_payment", payout["id"], "0x" + "1" * 64, 1)
    books.job("process_payment", worker, platform, 2)
    return platform, worker


def seen(books: Books, view: str, tenant: UUID, kind: str) -> Row:
    """The view's only row, as the tenant sees it."""
    with acting(books.connection("api"), kind, tenant) as api:
        (row,) = api.execute(f"SELECT * FROM {view}").fetchall()
    return row


def test_worker_earnings(books: Books, book: tuple[UUID, UUID]) -> None:
    _, worker = book
    row = seen(books, "worker_earnings_view", worker, "worker")

    assert row == {
        "worker_id": worker, "name": "W",
        "total_tasks": 5, "completed_tasks": 2, "active_tasks": 1,
        "earned_amount": 42, "released_amount": 12, "pending_amount": 29,
        "payout_amount": 32, "advance_amount": 0, "repayment_amount": 0, "fee_amount": 0, "refund_amount": 0,
        "open_loans": 0, "open_loan_amount": 0, "repaid_loans": 0,
        "completion_rate": Decimal("66.67"), "average_rating": Decimal("4.5"),
    }  # fmt: skip


def test_a_platform_sees_of_a_workers_earnings_its_own_part(books: Books, book: tuple[UUID, UUID]) -> None:
    _, worker = book
    other = books.platform()
    books.plant("INSERT INTO ops.memberships (platform_id, worker_id) VALUES (%s, %s)", other, worker)
    books.completed(other, worker, "3")

    row = seen(books, "worker_earnings_view", other, "platform")
    assert (row["total_tasks"], row["earned_amount"], row["payout_amount"]) == (1, 3, 0)


def test_platform_performance(books: Books, book: tuple[UUID, UUID]) -> None:
    platform, _ = book
    old = books.worker(platform)
    books.completed(platform, old, "1")
    books.plant(
        """
        UPDATE tasks SET
            created_at = created_at - interval '20 days',
            completed_at = completed_at - interval '20 days',
            started_at = started_at - interval '20 days 400 seconds'
        WHERE worker_id = %s
        """,
        old,
    )
    row = seen(books, "platform_performance_view", platform, "platform")

    assert row == {
        "platform_id": platform, "name": "P",
        "total_tasks": 6, "completed_tasks": 3, "cancelled_tasks": 1,
        "paid_amount": 43, "pending_amount": 29,
        "unique_workers": 2, "workers_last_7_days": 1, "workers_last_30_days": 2,
        "average_completion_seconds": 133,
    }  # fmt: skip


def test_daily_transaction_summary(books: Books, book: tuple[UUID, UUID]) -> None:
    _, worker = book
    books.job("process_payment", worker, book[0], 3)
    with acting(books.connection("api"), "worker", worker) as api:
        rows = api.execute(
            "SELECT tx_type, status, transactions, total_amount, total_fees, average_amount"
            " FROM daily_transaction_summary ORDER BY status"
        ).fetchall()

    assert [tuple(row.values()) for row in rows] == [
        ("payout", "completed", 1, 30, 0, 30),
        ("payout", "pending", 2, 5, 0, Decimal("2.5")),
    ]


@pytest.mark.wrong_figures
def test_each_caller_has_the_days_of_the_transactions_that_he_sees(books: Books) -> None:
    platforms = [books.platform() for _ in range(2)]
    workers = [books.worker(platforms[0]) for _ in range(2)]
    books.plant(
        """
        INSERT INTO transactions (platform_id, worker_id, tx_type, amount, fee, status, created_at)
        SELECT p, w, t, n, n / 100.0, s, now() - n * interval '7 hours'
        FROM unnest(%s::uuid []) AS p, unnest(%s::uuid []) AS w, unnest(ARRAY['pending', 'failed']) AS s,
            unnest(ARRAY['payout', 'advance', 'repayment', 'fee', 'refund']) AS t, generate_series(1, 9) AS n
        """,
        platforms,
        workers,
    )
    for kind, tenant in [*(("platform", tenant) for tenant in platforms), *(("worker", tenant) for tenant in workers)]:
        with acting(books.connection("api"), kind, tenant) as api:
            assert days(api, "daily_transaction_summary") == days(api, RECOUNT) != []
    jobs = books.connection("jobs")
    assert days(jobs, "daily_transaction_summary") == days(jobs, RECOUNT) != []


def days(conn: psycopg.Connection[Row], source: str) -> list[Row]:
    return conn.execute(f"SELECT * FROM {source} ORDER BY day, tx_type, status").fetchall()


def test_worker_risk(books: Books, book: tuple[UUID, UUID]) -> None:
    _, worker = book
    books.plant("UPDATE workers SET account_age_days = 20")
    row = seen(books, "worker_risk_assessment", worker, "worker")

    # Two completions and nine stars, three too many twice over: 500 + 10 + 10 + 5 = 525.
    factors = {
        "reputation_factor": 158, "completion_factor": 167, "activity_factor": 30,
        "age_factor": 50, "repayment_factor": 50, "dispute_factor": 0,
    }  # fmt: skip
    assert {name: row[name] for name in factors} == factors
    assert (row["tasks_last_30_days"], row["earned_last_30_days"]) == (2, 30)
    assert (row["risk_score"], row["eligible"]) == (455, False)
    assert row["reasons"] == ["risk_score below 600", "completion_rate below 80"]


@pytest.mark.wrong_figures
@pytest.mark.parametrize(
    ("status", "repaid", "factor", "reasons"),
    [("repaid", 1, 100, []), ("disbursed", 0, 50, ["a loan is open"]), ("defaulted", 0, 0, ["a loan was defaulted"])],
)
def test_loans_in_the_risk_of_a_good_worker(
    books: Books, status: str, repaid: int, factor: int, reasons: list[str]
) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    for _ in range(10):
        books.completed(platform, worker, rating=5)
    books.plant("UPDATE workers SET account_age_days = 60")
    books.rows(
        "INSERT INTO loans (worker_id, platform_id, mode, amount, total_due, amount_repaid, status)"
        " VALUES (%s, %s, 'predictive', 1, 1, %s, %s) RETURNING id",
        worker, platform, repaid, status, role="operator",
    )  # fmt: skip
    row = seen(books, "worker_risk_assessment", worker, "worker")

    assert row["risk_score"] == 195 + 250 + 150 + 150 + factor
    assert (row["repayment_factor"], row["reasons"], row["eligible"]) == (factor, reasons, not reasons)


def test_active_streams(books: Books, book: tuple[UUID, UUID]) -> None:
    platform, worker = book
    row = seen(books, "active_streams_view", worker, "worker")

    assert (row["platform_name"], row["worker_name"], row["total_amount"], row["released_amount"]) == ("P", "W", 36, 12)
    seconds = int((row["as_of"] - row["start_time"]).total_seconds())
    assert row["accrued_amount"] == Decimal(seconds) / 100
    assert row["releasable_amount"] == row["accrued_amount"] - 12
    assert row["percent_accrued"] == round(row["accrued_amount"] * 100 / 36, 2)
    assert 1100 < row["seconds_to_next_release"] <= 1200
    books.act(platform, "pause_stream", row["stream_id"])
    assert books.rows("SELECT 1 FROM active_streams_view") == []


def reads_whole_tables(plan: Row) -> Iterator[str]:
    """The tables with many rows that a plan, once executed, has read from end to end."""
    if plan["Node Type"] == "Seq Scan" and plan["Actual Loops"]:
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from reads_whole_tables(part)


@pytest.mark.wrong_figures
@pytest.mark.parametrize(
    ("view", "column", "tenant"),
    [
        ("worker_earnings_view", "worker_id", "worker"),
        ("worker_earnings_view", "worker_id", "platform"),
        ("platform_performance_view", "platform_id", "platform"),
        ("daily_transaction_summary", None, "worker"),
        ("daily_transaction_summary", None, "platform"),
        ("worker_risk_assessment", "worker_id", "worker"),
        ("active_streams_view", "worker_id", "worker"),
        ("active_streams_view", "platform_id", "platform"),
    ],
)
def test_a_view_of_one_id_reads_that_ids_rows_only(books: Books, view: str, column: str | None, tenant: str) -> None:
    """By a filter; the summary of days has no id to filter by, its rows are the tenant's."""
    fill(books)
    pair = books.row("SELECT platform_id, worker_id FROM tasks LIMIT 1")
    where = f" WHERE {column} = %({column})s" if column else ""

    with acting(books.connection("api"), tenant, pair[f"{tenant}_id"]) as api:
        (row,) = api.execute(f"EXPLAIN (ANALYZE, FORMAT json) SELECT * FROM {view}{where}", pair).fetchall()
    (explained,) = row["QUERY PLAN"]
    assert set(reads_whole_tables(explained["Plan"])) == set()


def fill(books: Books) -> None:
    """Thousands of rows of 200 workers and 100 platforms in each table that the views read."""
    books.plant(
        """
        INSERT INTO platforms (name, contact_email) SELECT 'P', n || '@p.example' FROM generate_series(1, 100) AS n;
        INSERT INTO workers (name, email, password_hash)
        SELECT 'W', n || '@w.example', '' FROM generate_series(1, 2000) AS n;
        CREATE TEMPORARY TABLE pairs ON COMMIT DROP AS
        SELECT p.id AS platform_id, w.id AS worker_id, w.n
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM workers) AS w
        INNER JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM platforms) AS p ON w.n %% 100 = p.n - 1;
        INSERT INTO tasks (platform_id, worker_id, task_type, amount, title)
        SELECT platform_id, worker_id, 'streaming', 1, 'a task' FROM pairs CROSS JOIN generate_series(1, 3);
        INSERT INTO streams (task_id, start_time, anchor_time, end_time, total_amount, next_release_at)
        SELECT id, now(), now(), now() + interval '1 hour', 1, now() + interval '1 hour' FROM tasks;
        INSERT INTO transactions (platform_id, worker_id, tx_type, amount)
        SELECT platform_id, worker_id, 'refund', 1 FROM pairs CROSS JOIN generate_series(1, 3);
        INSERT INTO loans (platform_id, worker_id, amount, total_due) SELECT platform_id, worker_id, 1, 1 FROM pairs
        """
    )
    books.plant("ANALYZE")
