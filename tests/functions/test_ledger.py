"""A platform reads its books: accounts, what they hold and held, and what moved on them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.books import Books, acting
from tests.conftest import Api
from tests.people import Caller, new_loan, new_payout, new_platform, new_stream, new_task, new_worker


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api, "100")


@pytest.fixture
def worker(api: Api, platform: Caller, connect: Callable[[str], psycopg.Connection]) -> Caller:
    """One who was paid 10, which wait to be settled."""
    worker = new_worker(api, platform)
    new_payout(connect, platform, worker, "10")
    return worker


def accounts(platform: Caller, query: str = "") -> list[dict[str, Any]]:
    answer = platform.get(f"/v1/ledger/accounts{query}")
    assert answer.status == 200, answer.body
    data: list[dict[str, Any]] = answer.json["data"]
    return data


def test_accounts_are_the_platforms_and_its_workers_with_it(api: Api, platform: Caller, worker: Caller) -> None:
    other = new_platform(api)
    new_task(other, new_worker(api, other))
    found = {one["kind"]: one for one in accounts(platform)}
    assert {kind: (one["worker_id"], one["balance"]) for kind, one in found.items()} == {
        "platform_available": (None, "90.000000"),
        "platform_held": (None, "0.000000"),
        "worker_available": (worker.id, "0.000000"),
        "worker_settling": (worker.id, "10.000000"),
    }
    assert [one["kind"] for one in accounts(platform, "?kind=worker_settling")] == ["worker_settling"]
    assert {one["kind"] for one in accounts(platform, f"?worker_id={worker.id}")} == {
        "worker_available",
        "worker_settling",
    }
    assert accounts(platform, f"?worker_id={platform.id}") == []
    ids = [one["id"] for one in accounts(platform)]
    pages = [platform.get("/v1/ledger/accounts?limit=3").json]
    pages.append(platform.get(f"/v1/ledger/accounts?limit=3&cursor={pages[0]['next_cursor']}").json)
    assert [one["id"] for page in pages for one in page["data"]] == ids == sorted(ids, reverse=True)


def test_what_a_worker_owes_is_not_told(books: Books, platform: Caller, worker: Caller) -> None:
    advance = books.row("SELECT ledger.account('worker_advance', %s, %s) AS id", worker.id, platform.id)["id"]
    assert "worker_advance" not in {one["kind"] for one in accounts(platform)}
    assert platform.get(f"/v1/ledger/accounts/{advance}").status == 404
    assert platform.get(f"/v1/ledger/accounts/{advance}/transfers").status == 404
    assert platform.get("/v1/ledger/accounts?kind=worker_advance").status == 422


def test_a_balance_is_the_sum_of_what_a_platform_sees_whatever_its_worker_borrows(
    connect: Callable[[str], psycopg.Connection], platform: Caller, worker: Caller
) -> None:
    connect("operator").execute("SELECT fund_pool(1000)")
    (account,) = [one["id"] for one in accounts(platform, f"?worker_id={worker.id}&kind=worker_available")]

    def agree() -> None:
        moved = platform.get(f"/v1/ledger/accounts/{account}/transfers?limit=100").json["data"]
        seen = sum(Decimal(one["amount"]) * (1 if one["direction"] == "credit" else -1) for one in moved)
        shown = platform.get(f"/v1/ledger/accounts/{account}").json["balance"]
        (listed,) = accounts(platform, f"?worker_id={worker.id}&kind=worker_available")
        told = platform.get(f"/v1/workers/{worker.id}/balance").json["available"]
        assert {Decimal(shown), Decimal(listed["balance"]), Decimal(told)} == {seen}

    agree()
    before = datetime.now(UTC)
    loan = new_loan(platform, worker, "5")
    agree()
    assert Decimal(worker.get("/balance").json["available"]) > Decimal(
        platform.get(f"/v1/workers/{worker.id}/balance").json["available"]
    )
    worker.made(f"/v1/loans/{loan}/repay", {"amount": "2"})
    agree()
    at = f"/v1/ledger/accounts/{account}?as_of="
    now = platform.get(at + quote(datetime.now(UTC).isoformat())).json["balance"]
    assert platform.get(at + quote(before.isoformat())).json["balance"] == now


def test_transfers_are_told_from_the_accounts_side(platform: Caller, worker: Caller) -> None:
    by_kind = {one["kind"]: one["id"] for one in accounts(platform)}
    told = platform.get(f"/v1/ledger/accounts/{by_kind['platform_available']}/transfers").json["data"]
    assert [(one["direction"], one["amount"], one["reason"]) for one in told] == [
        ("debit", "10.000000", "hold"),
        ("credit", "100.000000", "deposit"),
    ]
    assert told[0]["other_account_id"] == by_kind["platform_held"]
    assert told[1]["other_account_id"] is None  # custody is nobody's business
    assert [bool(one["task_id"]) for one in told] == [True, False]
    assert [bool(one["deposit_id"]) for one in told] == [False, True]

    path = f"/v1/ledger/accounts/{by_kind['worker_available']}/transfers"
    assert [one["reason"] for one in platform.get(path).json["data"]] == ["payout", "pay"]
    first = platform.get(f"{path}?limit=1").json
    second = platform.get(f"{path}?limit=1&cursor={first['next_cursor']}").json
    assert [one["reason"] for one in first["data"] + second["data"]] == ["payout", "pay"]
    assert second["next_cursor"] is None


def balance_at(platform: Caller, account: str, moment: datetime) -> Decimal:
    answer = platform.get(f"/v1/ledger/accounts/{account}?as_of={quote(moment.isoformat())}")
    assert answer.status == 200, answer.body
    assert datetime.fromisoformat(answer.json["as_of"]) == moment
    return Decimal(answer.json["balance"])


def test_a_past_balance_is_that_of_then(books: Books, api: Api, platform: Caller) -> None:
    worker = new_worker(api, platform)
    new_stream(platform, worker, "36")
    books.release()
    for amount in ["1", "2", "3"]:
        platform.made("/deposits", {"amount": amount})
    for account in accounts(platform):
        posted = books.rows(
            "SELECT created_at, CASE WHEN credit_account = %s THEN amount ELSE -amount END AS amount"
            " FROM ledger.transfers WHERE %s IN (debit_account, credit_account) ORDER BY created_at",
            account["id"], account["id"],
        )  # fmt: skip
        total = Decimal(0)
        for one in posted:
            tick = timedelta(microseconds=1)
            assert balance_at(platform, account["id"], one["created_at"] - tick) == total
            total += one["amount"]
            assert balance_at(platform, account["id"], one["created_at"]) == total
        now = platform.get(f"/v1/ledger/accounts/{account['id']}").json
        assert {name: now[name] for name in account} == account
        later = platform.get(f"/v1/ledger/accounts/{account['id']}?as_of=2999-01-01T00:00:00Z").json
        assert later["balance"] == now["balance"]
        assert later["as_of"] < "2999"


@given(
    moves=st.lists(st.tuples(st.integers(0, 6 * 24 * 60), st.integers(1, 10**9), st.booleans()), max_size=12),
    ago=st.integers(0, 7 * 24 * 60),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_past_balance_equals_the_recount_in_whatever_order_transfers_were_written(
    books: Books, moves: list[tuple[int, int, bool]], ago: int
) -> None:
    """Minutes ago, micro-USDC, and whether it is taken back at once; written in an order that is not that of time."""
    platform = books.platform("0")
    account = books.row("SELECT ledger.account('platform_available', %s, %s) AS id", platform, platform)["id"]
    held = books.row("SELECT ledger.account('platform_held', %s, %s) AS id", platform, platform)["id"]
    for minutes, micros, back in moves:
        books.plant(
            """
            WITH d AS (
                INSERT INTO ops.deposits (platform_id, amount) VALUES (%(p)s, %(m)s * 0.000001) RETURNING id, amount
            )
            INSERT INTO ledger.transfers (
                debit_account, credit_account, amount, reason, deposit_id, source_seq, event_at, created_at
            )
            SELECT x.debit, x.credit, d.amount, 'deposit', d.id, x.n, now(), now() - %(ago)s * interval '1 minute'
            FROM d CROSS JOIN (
                VALUES (0, ledger.account('custody'), %(a)s::uuid), (1, %(a)s, ledger.account('custody'))
            ) AS x (n, debit, credit)
            WHERE x.n = 0 OR %(back)s
            """.replace("%(p)s", f"'{platform}'").replace("%(m)s", str(micros)).replace("%(ago)s", str(minutes))
            .replace("%(a)s", f"'{account}'").replace("%(back)s", str(back))
        )  # fmt: skip
    moment = books.value("SELECT now() - %s * interval '1 minute'", ago)
    for one in (account, held):
        with acting(books.connection("api"), "platform", platform) as api:
            told = api.execute("SELECT ledger.balance_at(%s, %s) AS balance", [one, moment]).fetchone()
        recount = books.value(
            "SELECT coalesce(sum(CASE WHEN credit_account = %s THEN amount ELSE -amount END), 0)"
            " FROM ledger.transfers WHERE %s IN (debit_account, credit_account) AND created_at <= %s",
            one, one, moment,
        )  # fmt: skip
        assert told == {"balance": recount}


def test_a_balance_is_the_tenants_own_business(books: Books) -> None:
    platform, other = books.platform(), books.platform()
    account = books.row("SELECT id FROM ledger.accounts WHERE owner_id = %s LIMIT 1", platform)["id"]
    custody: UUID = books.value("SELECT id FROM ledger.accounts WHERE kind = 'custody'")
    for tenant, asked in [(other, account), (other, custody)]:
        with acting(books.connection("api"), "platform", tenant) as api:
            told = api.execute("SELECT ledger.balance_at(%s, now()) AS balance", [asked]).fetchone()
        assert told == {"balance": None}
