"""Advances: what may be had, that it is paid out once, and that pay repays it first and never too much."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from tests.books import Books, Money, Row, acting, call, refused


@pytest.fixture(autouse=True)
def pool(books: Books) -> None:
    call(books.connection("operator"), "fund_pool", 10_000)


@pytest.fixture
def rival(books: Books) -> Iterator[Books]:
    """A second client of the same database."""
    rival = Books(books.url)
    yield rival
    rival.close()


def wait_for_a_lock(books: Books) -> None:
    """Until somebody waits for one."""
    while not books.value("SELECT count(*) FROM pg_locks WHERE NOT granted", role="auditor"):
        time.sleep(0.01)


def worker_calls(books: Books, worker: UUID, function: str, *values: object, **named: object) -> Row:
    with acting(books.connection("api"), "worker", worker) as connection:
        return call(connection, function, *values, **named)


def quote(books: Books, worker: UUID, platform: UUID, amount: str, mode: str = "earned", predicted: int = 0) -> Row:
    terms = {"predicted": predicted} if mode == "predictive" else {}
    return worker_calls(books, worker, "quote_advance", platform, mode, Decimal(amount), **terms)


def lent(books: Books, worker: UUID, platform: UUID, amount: str = "4") -> UUID:
    offered = quote(books, worker, platform, amount)
    loan: UUID = worker_calls(books, worker, "accept_advance", offered["id"])["id"]
    return loan


def loan_of(books: Books, loan: UUID) -> Row:
    return books.row(
        "SELECT status, amount_repaid, total_due, repaid_at IS NOT NULL AS dated FROM loans WHERE id = %s", loan
    )


def lines(books: Books, worker: UUID) -> list[tuple[str, Money, Money]]:
    rows = books.rows("SELECT tx_type, amount, fee FROM transactions WHERE worker_id = %s ORDER BY id", worker)
    return [(row["tx_type"], row["amount"], row["fee"]) for row in rows]


@pytest.fixture
def platform(books: Books) -> UUID:
    return books.platform("100000")


@pytest.fixture
def worker(books: Books, platform: UUID) -> UUID:
    """He has earned about 6 USDC in ten minutes of a stream that is released once an hour."""
    worker = books.worker(platform)
    books.stream(platform, worker, "36", ago=600, interval=3600)
    return worker


# ------------------------------------------------------------------------------------------------------ what may be had


def test_an_earned_advance_is_up_to_80_percent_of_what_has_accrued(books: Books, platform: UUID, worker: UUID) -> None:
    offered = quote(books, worker, platform, "4.8")

    assert (offered["amount"], offered["fee"], offered["mode"]) == (Decimal("4.8"), Decimal("0.096"), "earned")
    assert 4.8 <= offered["limit_amount"] < 5
    assert (offered["risk_score"], offered["predicted_earnings"], offered["loan_id"]) == (None, None, None)
    with refused("GS053", column="amount"):
        quote(books, worker, platform, "5.5")


def test_what_was_released_is_not_advanced_again(books: Books, platform: UUID, worker: UUID) -> None:
    books.plant("UPDATE streams SET next_release_at = now() - interval '1 minute'")
    books.release()

    assert books.balance("worker_available", worker, platform) >= 6
    with refused("GS053"):
        quote(books, worker, platform, "1")


@pytest.mark.parametrize("act", ["pause_stream", "cancel_stream"])
def test_a_stream_that_stands_still_has_nothing_to_advance(
    books: Books, platform: UUID, worker: UUID, act: str
) -> None:
    books.act(platform, act, books.value("SELECT id FROM streams"))

    with refused("GS053"):
        quote(books, worker, platform, "1")


def test_what_is_disputed_is_not_advanced(books: Books, platform: UUID, worker: UUID) -> None:
    books.act(platform, "dispute_task", books.value("SELECT task_id FROM streams"), "why")

    with refused("GS053"):
        quote(books, worker, platform, "1")


def test_an_advance_is_on_the_pay_of_one_platform(books: Books, worker: UUID) -> None:
    other = books.platform()
    with refused("GS001"):
        quote(books, worker, other, "1")
    books.plant("INSERT INTO ops.memberships (platform_id, worker_id) VALUES (%s, %s)", other, worker)
    with refused("GS053"):
        quote(books, worker, other, "1")


def test_a_quote_is_asked_for_by_a_worker(books: Books, platform: UUID) -> None:
    with refused("GS003"):
        books.act(platform, "quote_advance", platform, "earned", 1)
    with refused("GS003"):
        books.act(platform, "accept_advance", uuid4())
    with refused("GS001"):
        books.act(platform, "repay_advance", uuid4())


# ------------------------------------------------------------------------------------------------------- it is paid out


def test_it_is_paid_out_once_from_the_pool(books: Books, platform: UUID, worker: UUID) -> None:
    offered = quote(books, worker, platform, "4")
    loan = worker_calls(books, worker, "accept_advance", offered["id"])

    assert (loan["status"], loan["amount"], loan["fee"]) == ("disbursed", 4, Decimal("0.08"))
    assert loan["repayment_due"] is None
    assert books.balance("worker_available", worker, platform) == 4
    assert books.balance("advance_pool") == 9996
    assert lines(books, worker) == [("advance", 4, Decimal("0.08"))]
    with refused("GS051"):
        worker_calls(books, worker, "accept_advance", offered["id"])
    with refused("GS050"):
        quote(books, worker, platform, "0.1")


def test_a_quote_is_his_own_and_fresh(books: Books, platform: UUID, worker: UUID) -> None:
    offered = quote(books, worker, platform, "4")["id"]
    with refused("GS001"):
        worker_calls(books, books.worker(platform), "accept_advance", offered)
    books.plant("UPDATE ops.loan_quotes SET expires_at = now() - interval '1 second'")
    with refused("GS052"):
        worker_calls(books, worker, "accept_advance", offered)


def test_quotes_that_nobody_took_are_thrown_away(books: Books, platform: UUID, worker: UUID) -> None:
    quote(books, worker, platform, "4")
    books.plant("UPDATE ops.loan_quotes SET expires_at = now() - interval '25 hours'")
    quote(books, worker, platform, "3")

    assert [row["amount"] for row in books.rows("SELECT amount FROM ops.loan_quotes")] == [3]


def test_the_limit_is_asked_again(books: Books, platform: UUID, worker: UUID) -> None:
    offered = quote(books, worker, platform, "4")["id"]
    books.plant("UPDATE streams SET next_release_at = now() - interval '1 minute'")
    books.release()

    with refused("GS053"):
        worker_calls(books, worker, "accept_advance", offered)


def test_nothing_is_released_while_an_advance_on_it_is_paid_out(
    books: Books, rival: Books, platform: UUID, worker: UUID
) -> None:
    offered = quote(books, worker, platform, "4")["id"]
    books.plant("UPDATE streams SET next_release_at = now() - interval '1 minute'")

    with acting(books.connection("api"), "worker", worker) as connection:
        loan = call(connection, "accept_advance", offered)["id"]
        assert rival.release()["due"] == 0
    assert rival.release()["released"] == 1
    assert loan_of(books, loan)["amount_repaid"] >= 3


def test_an_advance_waits_for_a_release_that_is_under_way(
    books: Books, rival: Books, platform: UUID, worker: UUID
) -> None:
    offered = quote(books, worker, platform, "4")["id"]
    books.plant("UPDATE streams SET next_release_at = now() - interval '1 minute'")

    with books.connection("jobs").transaction(), ThreadPoolExecutor(1) as clients:
        books.release()
        accepting = clients.submit(worker_calls, rival, worker, "accept_advance", offered)
        wait_for_a_lock(books)
        books.connection("jobs").execute("COMMIT")
        with refused("GS053"):
            accepting.result()


def test_a_pool_that_is_short_lends_nothing(books: Books, platform: UUID, worker: UUID) -> None:
    busy = books.worker(platform)
    books.stream(platform, busy, "10000", ago=6000, seconds=6060)
    lent(books, busy, platform, "6000")
    call(books.connection("operator"), "write_off_advance", books.value("SELECT id FROM loans"))
    lent(books, busy, platform, "3998")
    offered = quote(books, worker, platform, "4")["id"]

    with refused("GS054"):
        worker_calls(books, worker, "accept_advance", offered)
    assert books.value("SELECT count(*) FROM loans WHERE worker_id = %s", worker) == 0
    assert books.balance("advance_pool") == 2


# ----------------------------------------------------------------------------------------------------- pay repays first


@pytest.mark.parametrize(
    ("price", "repaid", "status"),
    [("0.000001", "0", "disbursed"), ("0.000003", "0.000001", "repaying"), ("3", "1.5", "repaying"),
     ("8.159998", "4.079999", "repaying"), ("8.16", "4.08", "repaid"), ("100", "4.08", "repaid")],
)  # fmt: skip
def test_half_of_each_pay_repays_and_never_more_than_is_owed(
    books: Books, platform: UUID, worker: UUID, price: str, repaid: str, status: str
) -> None:
    loan = lent(books, worker, platform, "4")
    books.completed(platform, worker, price)

    whole = status == "repaid"
    assert loan_of(books, loan) == {
        "status": status, "amount_repaid": Decimal(repaid), "total_due": Decimal("4.08"), "dated": whole,
    }  # fmt: skip
    assert books.balance("worker_available", worker, platform) == 4 + Decimal(price) - Decimal(repaid)
    assert books.balance("worker_advance", worker, platform) == (0 if whole else Decimal(repaid))
    assert books.balance("advance_pool") == (10_000 if whole else 9996)
    assert books.balance("fees") == (Decimal("0.08") if whole else 0)
    shown = [("repayment", Decimal(repaid), 0)] * bool(Decimal(repaid)) + [("fee", Decimal("0.08"), 0)] * whole
    assert lines(books, worker)[1:] == shown
    told = books.value("SELECT count(*) FROM ops.outbox WHERE event = 'loan.repaid' AND object_id = %s", loan)
    assert told == whole


def test_every_way_of_paying_repays(books: Books, platform: UUID, worker: UUID) -> None:
    loan = lent(books, worker, platform, "4")

    def repaid() -> Decimal:
        total: Decimal = loan_of(books, loan)["amount_repaid"]
        return total

    task = books.task(platform, worker, "1")
    books.act(platform, "dispute_task", task, "why")
    call(books.connection("operator"), "resolve_dispute", task, 5000)
    assert repaid() == Decimal("0.25")
    books.completed(platform, worker, "1")
    assert repaid() == Decimal("0.75")
    books.plant("UPDATE streams SET next_release_at = now() - interval '1 minute'")
    books.release()
    assert repaid() == Decimal("4.08")  # all that was missing: it is the pay that the advance was on


def test_a_predictive_advance_takes_half_of_what_is_released(books: Books, platform: UUID, worker: UUID) -> None:
    loan = lent(books, worker, platform, "4")
    books.plant("UPDATE loans SET mode = 'predictive', repayment_due = now() + interval '30 days'")
    books.plant("UPDATE streams SET next_release_at = now() - interval '1 minute'")
    books.release()

    released = books.value("SELECT released_amount FROM streams")
    assert loan_of(books, loan)["amount_repaid"] == int(released * 10**6) // 2 / Decimal(10**6)


def test_the_pay_of_another_platform_repays_nothing(books: Books, platform: UUID, worker: UUID) -> None:
    loan, other = lent(books, worker, platform, "4"), books.platform()
    books.plant("INSERT INTO ops.memberships (platform_id, worker_id) VALUES (%s, %s)", other, worker)
    books.completed(other, worker, "100")

    assert loan_of(books, loan)["amount_repaid"] == 0
    assert books.balance("worker_available", worker, other) == 100


@pytest.mark.parametrize("act", ["cancel_stream", "pause_stream", "top_up_stream"])
def test_an_advance_is_locked_before_any_account(
    books: Books, rival: Books, platform: UUID, worker: UUID, act: str
) -> None:
    lent(books, worker, platform, "4")
    stream = books.value("SELECT id FROM streams")
    values = [stream, 1] if act == "top_up_stream" else [stream]

    with books.connection("owner").transaction(), ThreadPoolExecutor(1) as clients:
        books.rows("SELECT 1 FROM loans FOR NO KEY UPDATE", role="owner")
        working = clients.submit(rival.act, platform, act, *values)
        wait_for_a_lock(books)
        books.rows("SELECT 1 FROM ledger.accounts FOR NO KEY UPDATE NOWAIT", role="owner")
        books.connection("owner").execute("COMMIT")
        working.result()


def test_a_batch_repays_each_advance_once(books: Books, platform: UUID) -> None:
    workers = [books.worker(platform) for _ in range(6)]
    for worker in workers * 2:
        books.stream(platform, worker, "36", ago=600, interval=3600)
    loans = [lent(books, worker, platform, "9") for worker in workers[:4]]
    books.plant("UPDATE streams SET next_release_at = now() - interval '1 minute'")
    statements = "SELECT count(*) FROM ledger.transfers WHERE reason = 'repay'"
    books.release()

    assert books.value(statements) == 4
    for loan in loans:
        assert loan_of(books, loan)["amount_repaid"] == Decimal("9.18")
    assert books.value("SELECT count(*) FROM transactions WHERE tx_type = 'repayment'") == 4


# -------------------------------------------------------------------------------------------------------- and so may he


def test_he_pays_back_early_in_part_and_in_full(books: Books, platform: UUID, worker: UUID) -> None:
    loan = lent(books, worker, platform, "4")

    assert worker_calls(books, worker, "repay_advance", loan, 1)["status"] == "repaying"
    with refused("23514", "accounts_balance_floor"):
        worker_calls(books, worker, "repay_advance", loan)
    books.completed(platform, worker, "0.2")
    last = worker_calls(books, worker, "repay_advance", loan, 1000)
    assert (last["status"], last["amount_repaid"]) == ("repaid", Decimal("4.08"))
    assert books.balance("worker_available", worker, platform) == Decimal("0.12")
    assert books.balance("advance_pool") == 10_000
    assert books.balance("fees") == Decimal("0.08")
    for again in [None, 1]:
        with refused("GS011"):
            worker_calls(books, worker, "repay_advance", loan, again)


def test_he_pays_back_with_what_another_platform_paid_him(books: Books, platform: UUID, worker: UUID) -> None:
    loan, other = lent(books, worker, platform, "4"), books.platform()
    with refused("GS001"):
        worker_calls(books, worker, "repay_advance", loan, 1, other)
    books.plant("INSERT INTO ops.memberships (platform_id, worker_id) VALUES (%s, %s)", other, worker)
    books.completed(other, worker, "10")

    assert worker_calls(books, worker, "repay_advance", loan, None, other)["status"] == "repaid"
    assert books.balance("worker_available", worker, other) == Decimal("5.92")
    assert books.balance("worker_available", worker, platform) == 4


def test_an_earned_advance_is_covered_by_the_pay_that_it_is_on(books: Books, platform: UUID, worker: UUID) -> None:
    """Not even a worker and a platform that are one and the same take anything out of the pool."""
    stream = books.stream(platform, worker, "900", ago=3590, seconds=3600)
    limit = books.value("SELECT advance_limit('earned', accrued_pay(%s, %s), NULL)", worker, platform, role="owner")
    loan = lent(books, worker, platform, str(limit - 1))
    books.act(platform, "cancel_stream", stream)

    assert loan_of(books, loan)["status"] == "repaid"
    assert books.balance("advance_pool") == 10_000


def test_nobody_pays_back_for_him(books: Books, platform: UUID, worker: UUID) -> None:
    loan = lent(books, worker, platform, "4")
    with refused("GS001"):
        worker_calls(books, books.worker(platform), "repay_advance", loan, 1)
    for role in ["api", "jobs", "signer", "operator", "auditor"]:
        with refused("42501"):
            books.connection(role).execute("SELECT ledger.repay(NULL, NULL, NULL)")


def test_a_fee_that_a_write_off_collects_is_shown(books: Books, platform: UUID, worker: UUID) -> None:
    loan = lent(books, worker, platform, "4")
    books.completed(platform, worker, "8.1")
    call(books.connection("operator"), "write_off_advance", loan)

    assert lines(books, worker)[1:] == [("repayment", Decimal("4.05"), 0), ("fee", Decimal("0.05"), 0)]


# ----------------------------------------------------------------------------------------------------------- predictive


@pytest.fixture
def trusted(books: Books, platform: UUID) -> UUID:
    """A worker of 30 days whose platform offers advances on predicted earnings."""
    worker = books.worker(platform)
    for _ in range(9):
        books.completed(platform, worker, "20", rating=5)
    books.plant("UPDATE workers SET account_age_days = 30 WHERE id = %s", worker)
    books.act(platform, "set_advance_terms", True, 60)
    return worker


def test_a_predictive_advance_is_a_share_of_what_is_predicted(books: Books, platform: UUID, trusted: UUID) -> None:
    offered = quote(books, trusted, platform, "120", "predictive", 200)

    score = books.value("SELECT risk_score FROM worker_risk_assessment WHERE worker_id = %s", trusted)
    assert 600 <= score == offered["risk_score"]
    assert (offered["limit_amount"], offered["predicted_earnings"]) == (120, 200)
    with refused("GS053"):
        quote(books, trusted, platform, "120.000001", "predictive", 200)
    assert quote(books, trusted, platform, "500", "predictive", 10**6)["limit_amount"] == 500
    loan = worker_calls(books, trusted, "accept_advance", offered["id"])
    assert (loan["repayment_due"] - loan["disbursed_at"]).days == 30


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE workers SET account_age_days = 6",
        "UPDATE workers SET reputation_score = 0, account_age_days = 7",
        "UPDATE ops.advance_terms SET enabled = FALSE",
        "UPDATE platforms SET is_active = FALSE",
        "DELETE FROM ops.advance_terms",
    ],
)
@pytest.mark.wrong_figures
def test_a_predictive_advance_asks_for_trust(books: Books, platform: UUID, trusted: UUID, spoil: str) -> None:
    offered = quote(books, trusted, platform, "10", "predictive", 200)["id"]
    books.plant(spoil)

    with refused("GS055"):
        quote(books, trusted, platform, "10", "predictive", 200)
    with refused("GS055"):
        worker_calls(books, trusted, "accept_advance", offered)


def test_who_cancels_much_gets_none(books: Books, platform: UUID, trusted: UUID) -> None:
    for _ in range(3):
        books.act(platform, "cancel_task", books.task(platform, trusted))

    with refused("GS055"):
        quote(books, trusted, platform, "10", "predictive", 200)


def test_earnings_are_by_day_and_without_advances(books: Books, platform: UUID, worker: UUID) -> None:
    lent(books, worker, platform, "4")
    for amount in ["3", "4", "5"]:
        books.completed(platform, worker, amount)
    books.plant(
        """
        UPDATE ledger.transfers SET event_at = date_trunc('day', now(), 'UTC') - CASE amount
            WHEN 3 THEN interval '1 second' WHEN 4 THEN interval '24 hours' ELSE interval '24 hours 1 second' END
        WHERE reason = 'pay'
        """,
        mute="ledger.transfers",
    )
    with acting(books.connection("api"), "worker", worker) as connection:
        rows = connection.execute("SELECT * FROM daily_earnings(56) ORDER BY days_ago").fetchall()
    assert [tuple(row.values()) for row in rows] == [(platform, 1, 7), (platform, 2, 5)]
    with acting(books.connection("api"), "platform", platform) as connection:
        assert connection.execute("SELECT * FROM daily_earnings(56)").fetchall() == []
