"""Row security: nobody signed in sees nothing; a tenant sees and changes what is his, and moves his own money only."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from tests.books import Books, acting, call, refused

TENANT_TABLES = [
    "workers", "platforms", "tasks", "streams", "transactions", "reputation_events", "loans", "audit_logs",
    "ops.memberships", "ledger.accounts", "ledger.transfers", "ops.advance_terms", "ops.loan_quotes",
    "ops.disputes", "ops.appeals", "ops.transaction_states", "ops.reports", "ops.task_days", "ops.earning_days",
]  # fmt: skip
VIEWS = [
    "worker_earnings_view", "platform_performance_view", "daily_transaction_summary", "worker_risk_assessment",
    "active_streams_view",
]  # fmt: skip
MOVE = (
    "INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, task_id, source_seq, event_at)"
    " VALUES (%s, %s, 1, 'pay', %s, 9, now())"
)
Count = Callable[[str, UUID | None, str], int]


@pytest.fixture
def pair(books: Books) -> tuple[UUID, UUID]:
    """A platform with a row in each tenant table, and its worker."""
    platform = books.platform()
    worker = books.worker(platform)
    books.completed(platform, worker, "20", rating=5)
    books.stream(platform, worker, ago=600)
    books.release()
    books.job("process_payment", worker, platform, 1)
    books.act(platform, "order_report", "ledger", "csv", date(2026, 1, 1), date(2026, 1, 31))
    books.rows(
        "INSERT INTO loans (worker_id, platform_id, amount, total_due) VALUES (%s, %s, 1, 1) RETURNING id",
        worker, platform, role="operator",
    )  # fmt: skip
    books.act(platform, "set_advance_terms", True)
    books.plant(
        "INSERT INTO ops.loan_quotes (worker_id, platform_id, mode, amount, fee, limit_amount, expires_at)"
        " VALUES (%s, %s, 'earned', 1, 0, 1, now())",
        worker, platform,
    )  # fmt: skip
    books.act(platform, "dispute_task", books.task(platform, worker), "why")
    loss = books.value(
        "INSERT INTO reputation_events (worker_id, event_type, delta) VALUES (%s, 'penalty', -1) RETURNING id", worker
    )
    with acting(books.connection("api"), "worker", worker) as api:
        api.execute("SELECT appeal_event(%s, 'why')", [loss])
    return platform, worker


@pytest.fixture
def count(books: Books) -> Count:
    """The rows of a table that a tenant of a kind sees."""

    def count(table: str, tenant: UUID | None, kind: str) -> int:
        api = books.connection("api")
        if tenant is None:
            return len(api.execute(f"SELECT 1 FROM {table}").fetchall())
        with acting(api, kind, tenant):
            return len(api.execute(f"SELECT 1 FROM {table}").fetchall())

    return count


def test_with_nobody_signed_in_every_table_is_empty(books: Books, pair: tuple[UUID, UUID], count: Count) -> None:
    for table in TENANT_TABLES + VIEWS:
        assert len(books.rows(f"SELECT 1 FROM {table}")) > 0, table
        assert count(table, None, "") == 0, table


def test_a_platform_and_a_worker_see_nothing_of_strangers(books: Books, pair: tuple[UUID, UUID], count: Count) -> None:
    stranger = books.platform("0")
    his = books.worker(stranger)

    for table in TENANT_TABLES:
        seen = {"workers": 1, "platforms": 1, "ops.memberships": 1}.get(table, 0)
        assert (count(table, stranger, "platform"), count(table, his, "worker")) == (seen, seen), table


def test_both_parties_see_what_is_between_them(pair: tuple[UUID, UUID], count: Count) -> None:
    platform, worker = pair
    hidden = {("loans", platform), ("ops.loan_quotes", platform), ("ops.reports", worker), ("ops.task_days", worker)}
    hidden |= {("ops.earning_days", worker)}

    for table in TENANT_TABLES:
        for tenant, kind in [(platform, "platform"), (worker, "worker")]:
            assert (count(table, tenant, kind) > 0) == ((table, tenant) not in hidden), (table, kind)


@pytest.mark.wrong_figures  # a line without the transfer that it shows
def test_a_platform_does_not_see_its_workers_advances(books: Books, pair: tuple[UUID, UUID], count: Count) -> None:
    platform, worker = pair
    books.rows(
        "INSERT INTO transactions (worker_id, platform_id, tx_type, amount) VALUES (%s, %s, 'advance', 1) RETURNING id",
        worker, platform, role="operator",
    )  # fmt: skip

    assert (count("transactions", platform, "platform"), count("transactions", worker, "worker")) == (1, 2)


def test_a_platform_does_not_see_in_the_ledger_what_repays_an_advance(books: Books, count: Count) -> None:
    platform = books.platform()
    worker = books.worker(platform)
    books.stream(platform, worker, ago=600)
    with acting(books.connection("api"), "worker", worker) as api:
        quote = call(api, "quote_advance", platform, "earned", 1)["id"]
    call(books.connection("operator"), "fund_pool", 10)
    with acting(books.connection("api"), "worker", worker) as api:
        call(api, "accept_advance", quote)
    books.release()

    for table, hidden in [("ledger.accounts", "kind = 'worker_advance'"), ("ledger.transfers", "loan_id IS NOT NULL")]:
        for kind, tenant, seen in [("platform", platform, False), ("worker", worker, True)]:
            with acting(books.connection("api"), kind, tenant) as api:
                found = api.execute(f"SELECT FROM {table} WHERE {hidden}").rowcount
            assert (found > 0) == seen, (table, kind)


@pytest.mark.parametrize("statement", [
    "SELECT 1 FROM tasks FOR UPDATE",
    "UPDATE tasks SET rating = 5 RETURNING 1",
    "SELECT 1 FROM streams FOR NO KEY UPDATE",
    "UPDATE streams SET released_amount = 0 RETURNING 1",
])  # fmt: skip
def test_a_worker_and_another_platform_neither_lock_nor_change_a_platforms_rows(
    books: Books, pair: tuple[UUID, UUID], statement: str
) -> None:
    for kind, tenant in [("worker", pair[1]), ("platform", books.platform("0"))]:
        with acting(books.connection("api"), kind, tenant) as api:
            assert api.execute(statement).fetchall() == []


def test_a_task_is_given_in_ones_own_name_only(books: Books, pair: tuple[UUID, UUID]) -> None:
    platform, worker = pair
    for kind, tenant in [("worker", worker), ("platform", books.platform("0"))]:
        with refused("42501"), acting(books.connection("api"), kind, tenant) as api:
            api.execute(
                "INSERT INTO tasks (platform_id, worker_id, task_type, amount, title) VALUES (%s, %s, 'fixed', 1, 'x')",
                [platform, worker],
            )


def test_a_reputation_is_moved_by_ones_platforms_only(books: Books, pair: tuple[UUID, UUID]) -> None:
    for kind, tenant in [("worker", pair[1]), ("platform", books.platform("0"))]:
        with refused("42501"), acting(books.connection("api"), kind, tenant) as api:
            api.execute(
                "INSERT INTO reputation_events (worker_id, event_type, delta) VALUES (%s, 'bonus', 9)", [pair[1]]
            )


@pytest.mark.parametrize(
    ("debit", "credit"),
    [
        ("custody", "platform_available"),
        ("fees", "platform_available"),
        ("platform_available", "custody"),
        ("worker_available", "platform_available"),
        ("other_available", "platform_available"),
        ("platform_available", "other_available"),
    ],
)
def test_a_platform_moves_only_its_own_money_and_only_among_its_parties(
    books: Books, pair: tuple[UUID, UUID], debit: str, credit: str
) -> None:
    platform, _ = pair
    other = books.platform()
    accounts = {
        row["kind"]: row["id"]
        for row in books.rows(
            "SELECT kind, id FROM ledger.accounts WHERE platform_id = %s OR owner_id IS NULL"
            " UNION ALL SELECT 'other_available', id FROM ledger.accounts"
            " WHERE owner_id = %s AND kind = 'platform_available'",
            platform, other,
        )
    }  # fmt: skip
    task = books.value("SELECT id FROM tasks LIMIT 1")

    with refused("42501"), acting(books.connection("api"), "platform", platform) as api:
        api.execute(MOVE, [accounts[debit], accounts[credit], task])


def test_a_worker_pays_nothing_into_his_own_account(books: Books, pair: tuple[UUID, UUID]) -> None:
    _, worker = pair
    ids = {row["kind"]: row["id"] for row in books.rows("SELECT kind, id FROM ledger.accounts")}

    for debit in ["platform_available", "platform_held", "custody", "advance_pool"]:
        with refused("42501"), acting(books.connection("api"), "worker", worker) as api:
            api.execute(MOVE, [ids[debit], ids["worker_available"], books.value("SELECT id FROM tasks LIMIT 1")])


def test_a_tenant_lasts_for_one_transaction(books: Books, pair: tuple[UUID, UUID]) -> None:
    api = books.connection("api")
    with acting(api, "platform", pair[0]):
        pass

    assert api.execute("SELECT ops.tenant() AS tenant, ops.tenant_kind() AS kind").fetchall() == [
        {"tenant": None, "kind": None}
    ]
