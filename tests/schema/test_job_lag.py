"""How late a job is: the oldest of the work that it has open, whose hour has come."""

from collections.abc import Callable
from uuid import UUID

import pytest
from tests.books import Books
from tests.settling import hash_of, queue, rich, sent

from gigstream import metrics

Plant = Callable[[Books, UUID], None]
AGO = "clock_timestamp() - interval '10 minutes'"


def stream(books: Books, platform: UUID) -> None:
    books.stream(platform, books.worker(platform))
    books.pass_time(books.stream(platform, books.worker(platform)), 660)


def delivery(books: Books, platform: UUID) -> None:
    """One to each of two endpoints; what is for the disabled one is older, and not late."""
    for number in range(2):
        books.plant(
            "INSERT INTO ops.webhook_endpoints (platform_id, url, event_types) VALUES (%s, %s, ARRAY['*'])",
            platform,
            f"https://hooks.example.com/{number}",
        )
    books.plant(
        "INSERT INTO ops.outbox (event, platform_id, object_type, object_id, payload)"
        " VALUES ('endpoint.test', %s, 'platform', %s, '{}')",
        platform,
        platform,
    )
    books.plant(
        f"""
        UPDATE ops.webhook_deliveries AS d
        SET next_attempt_at = {AGO} - CASE WHEN e.url LIKE '%%/0' THEN interval '1 day' ELSE interval '0' END
        FROM ops.webhook_endpoints AS e
        WHERE d.endpoint_id = e.id
        """
    )
    books.plant(
        "UPDATE ops.webhook_endpoints SET disabled_at = clock_timestamp(), disabled_reason = 'gone'"
        " WHERE url LIKE '%%/0'"
    )


def payout(books: Books, platform: UUID) -> None:
    """One that can be settled, and an older one that cannot, for want of a wallet."""
    for wallet, ago in ((True, "10 minutes"), (False, "1 day")):
        worker = rich(books, platform, wallet=wallet)
        payout = books.job("process_payment", worker, platform, 30)["id"]
        books.plant(
            "UPDATE transactions SET created_at = created_at - %s::interval WHERE id = %s",
            ago,
            payout,
            mute="transactions",
        )


def settlement(books: Books, platform: UUID) -> UUID:
    worker = rich(books, platform)
    books.job("process_payment", worker, platform, 30)
    (queued,) = queue(books)
    books.plant(f"UPDATE ops.settlements SET created_at = {AGO} WHERE id = %s", queued, mute="ops.settlements")
    return queued


def unsent(books: Books, platform: UUID) -> None:
    settlement(books, platform)


def unconfirmed(books: Books, platform: UUID) -> None:
    sent(books, settlement(books, platform), hash_of(1))


def cursor(books: Books, platform: UUID) -> None:
    books.plant(
        f"INSERT INTO ops.chain_cursors (chain_id, custody, block, updated_at) VALUES (1, %s, 5, {AGO})",
        "0x" + "c0" * 20,
    )


def unsealed(books: Books, platform: UUID) -> None:
    books.job("ops.seal_audit", 1000)
    books.plant(
        f"INSERT INTO audit_logs (actor_type, action, resource_type, created_at) VALUES ('system', 'x', 'x', {AGO})"
    )


def report(books: Books, platform: UUID) -> None:
    books.plant(
        f"""
        INSERT INTO ops.reports (platform_id, kind, format, from_date, to_date, created_at)
        VALUES (%s, 'ledger', 'csv', '2026-11-01', '2026-11-02', {AGO})
        """,
        platform,
    )


LATE: dict[str, Plant] = {
    "release_streams": stream,
    "deliver_webhooks": delivery,
    "settle_payouts": payout,
    "submit_settlements": unsent,
    "confirm_settlements": unconfirmed,
    "index_deposits": cursor,
    "seal_audit": unsealed,
    "run_reports": report,
}


def lag(books: Books, job: str) -> int:
    found: int = books.value("SELECT ops.job_lag(%s)", job, role="signer")
    return found


def test_what_metrics_call_timed_is_what_the_database_knows() -> None:
    assert set(LATE) == metrics.TIMED


@pytest.mark.parametrize("job", [*sorted(metrics.TIMED), "check_ledger"])
def test_nothing_is_late_when_nothing_is_open(books: Books, job: str) -> None:
    assert lag(books, job) == 0


@pytest.mark.wrong_figures
@pytest.mark.parametrize("job", sorted(LATE))
def test_the_oldest_work_says_how_late_a_job_is(books: Books, job: str) -> None:
    platform = books.platform()
    LATE[job](books, platform)
    assert 600 <= lag(books, job) < 630


def test_what_is_due_later_is_not_late(books: Books) -> None:
    platform = books.platform()
    books.stream(platform, books.worker(platform))
    assert lag(books, "release_streams") == 0


def test_a_conflict_is_late_until_a_person_has_decided(books: Books) -> None:
    unconfirmed(books, books.platform())
    (open_one,) = books.rows("SELECT id FROM ops.settlements")
    books.job("declare_conflict", open_one["id"], "somebody else has the key")
    assert 600 <= lag(books, "confirm_settlements") < 630
