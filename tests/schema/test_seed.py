"""The demo data: exact, repeatable, and right to the last figure."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from devstack import migrate

COUNTS = """
SELECT
    (SELECT count(*) FROM workers) AS workers,
    (SELECT count(*) FROM platforms) AS platforms,
    (SELECT count(*) FROM tasks) AS tasks,
    (SELECT count(*) FROM tasks WHERE task_type = 'fixed') AS fixed_tasks,
    (SELECT count(*) FROM tasks WHERE status = 'completed') AS completed_tasks,
    (SELECT count(*) FROM streams) AS streams,
    (SELECT count(*) FROM transactions WHERE tx_type = 'payout' AND status = 'completed') AS payouts,
    (SELECT count(*) FROM transactions) AS transactions,
    (SELECT count(*) FROM reputation_events WHERE event_type = 'task_completed') AS completions,
    (SELECT count(*) FROM reputation_events WHERE event_type = 'rating_received') AS ratings,
    (SELECT count(*) FROM reputation_events) AS reputation_events,
    (SELECT count(DISTINCT worker_id) FROM loans) AS loans,
    (SELECT count(*) FROM audit_logs) AS audit_logs
"""
EXPECTED = (10, 5, 20, 12, 11, 8, 11, 11, 11, 10, 21, 5, 30)


@pytest.fixture
def seeded(url: Callable[[str], str]) -> Iterator[psycopg.Connection]:
    """A seeded database, seen by the auditor."""
    migrate.seed(url("owner"))
    with psycopg.connect(url("auditor"), autocommit=True) as connection:
        yield connection


def one(connection: psycopg.Connection, query: Any) -> tuple[Any, ...]:
    (row,) = connection.execute(query).fetchall()
    return tuple(row)


def test_the_counts_are_exact(seeded: psycopg.Connection) -> None:
    assert one(seeded, COUNTS) == EXPECTED


def test_every_figure_is_right(seeded: psycopg.Connection) -> None:
    assert seeded.execute("SELECT * FROM ops.check_invariants()").fetchall() == []


def test_loading_it_again_changes_nothing(seeded: psycopg.Connection, url: Callable[[str], str]) -> None:
    def everything() -> list[Any]:
        tables = [
            "workers",
            "platforms",
            "tasks",
            "streams",
            "transactions",
            "reputation_events",
            "loans",
            "audit_logs",
        ]
        return [seeded.execute(f"SELECT id, updated_at FROM {table} ORDER BY id").fetchall() for table in tables]

    before = everything(), one(seeded, "SELECT count(*), sum(amount) FROM ledger.transfers")
    migrate.seed(url("owner"))
    assert (everything(), one(seeded, "SELECT count(*), sum(amount) FROM ledger.transfers")) == before


def test_scores_are_the_ones_wanted(seeded: psycopg.Connection) -> None:
    scores: dict[str, int] = dict(seeded.execute("SELECT name, reputation_score FROM workers").fetchall())
    assert sorted(scores) == ["Alice", "Bob", "Charlie", "Diana", "Eve", "Frank", "Grace", "Henry", "Iris", "Jack"]
    assert (min(scores.values()), max(scores.values())) == (550, 920)


def test_loans_are_two_repaid_two_repaying_one_disbursed(seeded: psycopg.Connection) -> None:
    states = seeded.execute("SELECT status, count(*) FROM loans GROUP BY status").fetchall()
    assert dict(states) == {"repaid": 2, "repaying": 2, "disbursed": 1}


def test_ages_are_right_as_of_the_last_daily_run(seeded: psycopg.Connection, job: Callable[..., Any]) -> None:
    assert job("UpdateAccountAges", at=datetime.now(UTC)) == {"seen": 10, "changed": 0}


def test_its_streams_go_on(seeded: psycopg.Connection, job: Callable[..., Any]) -> None:
    now = datetime.now(UTC)
    counts = job("ReleaseStreams", at=now)
    assert counts["due"] == counts["released"] == (5 if now.hour else 0)
    assert seeded.execute("SELECT * FROM ops.check_invariants()").fetchall() == []


def test_alice_signs_in(seeded: psycopg.Connection, api: Any) -> None:
    answer = api.post("/v1/auth/login", {"email": "Alice@example.com", "password": "demo123"})
    assert answer.status == 200
    assert api.get("/v1/workers/me", token=answer.json["access_token"]).json["name"] == "Alice"
