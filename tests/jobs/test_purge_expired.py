"""What is kept for a time only goes when that time is over, and not before."""

from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID

import pytest
from tests.books import Books

from jobs import purge_expired

Job = Callable[..., Any]

# A row of each table whose time is over in the seconds given: negative, it is over already.
ROWS: dict[str, LiteralString] = {
    "rate_limits": """
        INSERT INTO ops.rate_limits (key, minute, requests)
        SELECT gen_random_uuid()::text, now() - interval '1 hour' + %(s)s * interval '1 s', 1
    """,
    "refresh_tokens": """
        INSERT INTO ops.refresh_tokens (session_id, worker_id, token_hash, expires_at, session_ends_at)
        SELECT gen_random_uuid(), %(worker)s, sha256(gen_random_uuid()::text::bytea), e.at, e.at
        FROM (SELECT now() + %(s)s * interval '1 s') AS e (at)
    """,
    "idempotency_keys": """
        INSERT INTO ops.idempotency_keys (principal, route, key, request_hash, created_at)
        SELECT 'x', 'x', gen_random_uuid()::text, sha256(''), now() - interval '2 days' + %(s)s * interval '1 s'
    """,
    "sign_in_failures": """
        INSERT INTO ops.sign_in_failures (address_hash, failures, last_failed_at)
        SELECT sha256(gen_random_uuid()::text::bytea), 5, now() - interval '15 minutes' + %(s)s * interval '1 s'
    """,
    "wallet_nonces": """
        INSERT INTO ops.wallet_nonces (nonce, address, purpose, expires_at)
        SELECT gen_random_uuid()::text, '0x' || repeat('0', 40), 'sign_in', now() + %(s)s * interval '1 s'
    """,
    "invites": """
        INSERT INTO ops.invites (platform_id, email, token_hash, expires_at)
        SELECT
            %(platform)s, 'a@b.example', sha256(gen_random_uuid()::text::bytea),
            now() - interval '30 days' + %(s)s * interval '1 s'
    """,
    "loan_quotes": """
        INSERT INTO ops.loan_quotes (worker_id, platform_id, mode, amount, fee, limit_amount, expires_at)
        SELECT %(worker)s, %(platform)s, 'earned', 1, 0, 1, now() - interval '1 day' + %(s)s * interval '1 s'
    """,
    "webhook_deliveries": """
        WITH told AS (
            INSERT INTO ops.outbox (event, platform_id, object_type, object_id, payload)
            SELECT 'task.created', %(platform)s, 'task', gen_random_uuid(), '{}'
            RETURNING id
        )

        INSERT INTO ops.webhook_deliveries (platform_id, endpoint_id, event_id, status, next_attempt_at, created_at)
        SELECT
            %(platform)s, %(endpoint)s, v.id, 'succeeded', NULL, now() - interval '30 days' + %(s)s * interval '1 s'
        FROM told AS v
    """,
    "circle_notifications": """
        INSERT INTO ops.circle_notifications (id, notification_type, sent_at, received_at)
        SELECT gen_random_uuid(), 'transactions.outbound', now(), now() - interval '30 days' + %(s)s * interval '1 s'
    """,
}


@pytest.fixture
def tenants(books: Books) -> dict[str, UUID]:
    platform = books.platform("0")
    # It asks for nothing that is told below, so that no delivery is made but those planted.
    endpoint = books.act(platform, "create_webhook_endpoint", "https://example.com", ["api_key.expiring"], None)["id"]
    return {"platform": platform, "worker": books.worker(), "endpoint": endpoint}


def plant(books: Books, tenants: dict[str, UUID], seconds: int, times: int = 1) -> None:
    owner = books.connection("owner")
    for statement in ROWS.values():
        for _ in range(times):
            owner.execute(statement, {"s": seconds, **tenants})


def left(books: Books) -> dict[str, int]:
    return {name: books.connection("owner").execute(f"SELECT FROM ops.{name}").rowcount for name in ROWS}


def test_a_row_goes_when_its_time_is_over(
    books: Books, environment: pytest.MonkeyPatch, job: Job, tenants: dict[str, UUID]
) -> None:
    plant(books, tenants, -5)
    plant(books, tenants, 60, times=2)
    assert job("PurgeExpired") == dict.fromkeys(ROWS, 1)
    assert left(books) == dict.fromkeys(ROWS, 2)
    assert job("PurgeExpired") == dict.fromkeys(ROWS, 0)


def test_a_backlog_goes_in_short_transactions(
    books: Books, job: Job, tenants: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge_expired, "BATCH", 3)
    plant(books, tenants, -5, times=10)
    before = books.value("SELECT pg_current_xact_id()::text::bigint")
    assert job("PurgeExpired") == dict.fromkeys(ROWS, 10)
    assert books.value("SELECT pg_current_xact_id()::text::bigint") - before >= 4
    assert left(books) == dict.fromkeys(ROWS, 0)


def test_what_somebody_holds_waits_for_the_next_run(books: Books, job: Job, tenants: dict[str, UUID]) -> None:
    plant(books, tenants, -5, times=2)
    owner = books.connection("owner")
    with owner.transaction():
        owner.execute("SELECT FROM ops.wallet_nonces LIMIT 1 FOR UPDATE")
        assert job("PurgeExpired")["wallet_nonces"] == 1
    assert job("PurgeExpired")["wallet_nonces"] == 1


def test_the_future_is_nobodys_to_purge(books: Books, tenants: dict[str, UUID]) -> None:
    plant(books, tenants, 3600)
    books.job("ops.purge_expired", "infinity", 100)
    assert left(books) == dict.fromkeys(ROWS, 1)
