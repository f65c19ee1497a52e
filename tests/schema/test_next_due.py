"""When a job has work again: exactly then, whatever is open; and not at all when nothing is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb
from tests.books import Books

from gigstream import due

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=5)
HOURS = timedelta(hours=24)
HASH = "0x" + "00" * 32


@pytest.fixture
def next_due(books: Books) -> Callable[[str], Any]:
    return lambda job: books.value("SELECT ops.next_due(%s, %s, 1, %s)", job, NOW, HOURS)


def test_nothing_is_open_in_an_empty_database(books: Books, next_due: Callable[[str], Any]) -> None:
    assert {job: next_due(job) for job in due.FEEDS} == dict.fromkeys(due.FEEDS)
    assert books.value("SELECT ops.next_due('run_reports', now(), 1, '1 day')", role="signer") is None


def test_a_release(books: Books, next_due: Callable[[str], Any]) -> None:
    platform = books.platform()
    streams = [books.stream(platform, books.worker(platform)) for _ in range(3)]
    for stream, moment in zip(streams, (LATER, NOW, LATER), strict=True):
        books.plant("UPDATE streams SET next_release_at = %s WHERE id = %s", moment, stream)
    assert next_due("release_streams") == NOW
    books.act(platform, "pause_stream", streams[1])
    assert next_due("release_streams") == LATER


def test_a_delivery(books: Books, next_due: Callable[[str], Any]) -> None:
    platform = books.platform()
    books.act(platform, "create_webhook_endpoint", "https://hooks.example.com", ["*"], None)
    books.completed(platform, books.worker(platform))
    books.plant("UPDATE ops.webhook_deliveries SET next_attempt_at = %s, leased_until = now()", LATER)
    assert next_due("deliver_webhooks") == LATER
    books.plant("UPDATE ops.webhook_endpoints SET disabled_at = now(), disabled_reason = 'gone'")
    assert next_due("deliver_webhooks") is None
    books.plant("UPDATE ops.webhook_endpoints SET disabled_at = NULL, disabled_reason = NULL")
    books.plant("UPDATE ops.webhook_deliveries SET status = 'succeeded', next_attempt_at = NULL, leased_until = NULL")
    assert next_due("deliver_webhooks") is None


@pytest.fixture
def paid(books: Books) -> UUID:
    """A worker with ten USDC, available since LATER, and a wallet."""
    platform = books.platform()
    worker = books.worker(platform)
    books.completed(platform, worker, "10")
    wallet = "0x" + uuid4().hex + "00000000"
    books.plant("UPDATE workers SET wallet_address = %s WHERE id = %s", wallet, worker)
    books.plant("UPDATE ledger.accounts SET paid_out_at = %s WHERE kind = 'worker_available'", LATER)
    return worker


def test_pay_that_waits(books: Books, next_due: Callable[[str], Any], paid: UUID) -> None:
    assert next_due("settle_payouts") == LATER + HOURS
    assert books.value("SELECT ops.next_due('settle_payouts', %s, 10.000001, %s)", NOW, HOURS) is None
    books.plant("UPDATE workers SET wallet_address = NULL")
    assert next_due("settle_payouts") is None


@pytest.mark.wrong_figures
def test_pay_whose_payout_failed_waits_as_long_again(books: Books, next_due: Callable[[str], Any], paid: UUID) -> None:
    platform = books.value("SELECT platform_id FROM ledger.accounts WHERE owner_id = %s LIMIT 1", paid)
    payout = books.job("process_payment", paid, platform, Decimal(4), None)["id"]
    assert next_due("settle_payouts") == books.value("SELECT created_at FROM transactions WHERE id = %s", payout)
    books.job("fail_payment", payout, "refused")
    failed = books.value("SELECT updated_at FROM transactions WHERE id = %s", payout)
    books.plant("UPDATE ledger.accounts SET paid_out_at = %s WHERE kind = 'worker_available'", NOW - 9 * HOURS)
    assert next_due("settle_payouts") == failed + HOURS


@pytest.mark.wrong_figures
def test_a_settlement_each_minute_and_a_conflict_now_and_then(
    books: Books, next_due: Callable[[str], Any], paid: UUID
) -> None:
    platform = books.value("SELECT platform_id FROM ledger.accounts WHERE owner_id = %s LIMIT 1", paid)
    books.job("process_payment", paid, platform, Decimal(4), None)
    books.job("queue_settlements", "web3", 5042002, None, "0x" + "11" * 20, 10, 10)
    created = books.value("SELECT created_at FROM ops.settlements")
    books.plant("UPDATE ledger.accounts SET paid_out_at = %s WHERE kind = 'worker_available'", LATER)
    assert next_due("settle_payouts") == LATER + HOURS
    for job in ("submit_settlements", "confirm_settlements"):
        assert next_due(job) == created
    books.plant(
        "UPDATE ops.settlements SET state = 'conflict', signer = %s, nonce = 1, first_payment_no = 1, error = 'taken'",
        "0x" + "22" * 20,
        mute="ops.settlements",
    )
    assert next_due("confirm_settlements") == NOW + timedelta(hours=1)
    books.plant(
        "UPDATE ops.settlements SET state = 'final_reverted', error = 'reverted'",
        mute="ops.settlements",
    )
    assert next_due("confirm_settlements") is None


def test_circle_when_it_is_worth_asking(books: Books, next_due: Callable[[str], Any], paid: UUID) -> None:
    platform = books.value("SELECT platform_id FROM ledger.accounts WHERE owner_id = %s LIMIT 1", paid)
    books.job("process_payment", paid, platform, Decimal(4), None)
    books.job("queue_settlements", "circle", 5042002, "0x" + "11" * 20, None, 10, 10)
    assert next_due("submit_settlements") == books.value("SELECT created_at FROM ops.settlements")
    books.plant("INSERT INTO ops.circle_polls (settlement_id, due_at) SELECT id, %s FROM ops.settlements", LATER)
    assert next_due("submit_settlements") == LATER


def test_a_report(books: Books, next_due: Callable[[str], Any]) -> None:
    platform = books.platform()
    books.act(platform, "order_report", "ledger", "csv", NOW.date(), NOW.date())
    assert next_due("run_reports") == books.value("SELECT created_at FROM ops.reports")
    books.job("claim_report", 360)
    assert next_due("run_reports") == books.value("SELECT leased_until FROM ops.reports")


def test_a_seal(books: Books, next_due: Callable[[str], Any]) -> None:
    books.platform()
    assert next_due("seal_audit") == books.value("SELECT min(created_at) FROM audit_logs")
    books.job("ops.seal_audit", 1000)
    assert next_due("seal_audit") is None


@pytest.mark.wrong_figures
def test_an_order_of_wallets_whose_answer_was_lost(books: Books, next_due: Callable[[str], Any]) -> None:
    books.worker()
    books.job("order_wallets", 10)
    assert next_due("create_wallets") == books.value("SELECT created_at FROM ops.wallet_orders")
    books.plant("UPDATE ops.wallet_orders SET finished_at = now()")
    assert next_due("create_wallets") is None


@pytest.mark.parametrize(("unmatched", "expected"), [([], None), ([HASH], NOW)])
def test_what_was_on_the_chain_alone_is_compared_again(
    books: Books, next_due: Callable[[str], Any], unmatched: list[str], expected: datetime | None
) -> None:
    custody = "0x" + "33" * 20
    books.job("credit_deposits", 5042002, custody, 0, 10, Jsonb([]))
    books.job("record_reconciliation", 5042002, custody, 10, HASH, 0, 0, 0, 0, unmatched, Jsonb([]))
    assert next_due("reconcile_chain") == expected


def test_a_key_seven_days_before_it_expires(books: Books, next_due: Callable[[str], Any]) -> None:
    platform = books.platform()
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    for prefix, when in (("a", expires), ("b", expires + HOURS), ("c", None)):
        books.plant(
            "INSERT INTO ops.api_keys (platform_id, prefix, key_hash, name, scopes, expires_at)"
            " VALUES (%s, %s, sha256(%s), 'a key', '{tasks:read}', %s)",
            platform, prefix * 8, prefix.encode(), when,
        )  # fmt: skip
    assert next_due("announce_expiring_keys") == expires - timedelta(days=7)
    books.plant("UPDATE ops.api_keys SET expiry_told_at = now() WHERE expires_at = %s", expires)
    assert next_due("announce_expiring_keys") == expires + HOURS - timedelta(days=7)
