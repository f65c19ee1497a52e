"""A worker's advances over HTTP: from what he may have, by a quote, to the last repayment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tests.conftest import Api
from tests.people import Caller, new_loan, new_platform, new_quote, new_stream, new_task, new_worker

Connect = Callable[[str], psycopg.Connection]


@pytest.fixture
def platform(api: Api, connect: Connect) -> Caller:
    connect("operator").execute("SELECT fund_pool(10000)")
    return new_platform(api, "100000")


@pytest.fixture
def worker(api: Api, platform: Caller) -> Caller:
    return new_worker(api, platform)


def pay(platform: Caller, worker: Caller, amount: str) -> None:
    task_id = new_task(platform, worker, amount)
    platform.made(f"/v1/tasks/{task_id}/start")
    platform.made(f"/v1/tasks/{task_id}/complete", {"rating": 5})


def checks(allowance: Any) -> dict[str, bool]:
    return {check["rule"]: check["passed"] for check in allowance["checks"]}


def test_a_quote_says_all_that_is_to_be_known(platform: Caller, worker: Caller) -> None:
    start = datetime.now(UTC) - timedelta(minutes=10)
    new_stream(platform, worker, "36", start_time=start.isoformat())

    offer = worker.made("/v1/loans/quote", {"platform_id": platform.id, "amount": "4"})

    assert (offer["amount"], offer["fee"], offer["total_due"]) == ("4.000000", "0.080000", "4.080000")
    assert (offer["you_receive"], offer["fee_percent"], offer["mode"]) == ("4.000000", "2.00", "earned")
    assert 4.8 <= Decimal(offer["limit"]) < 5
    assert offer["repayment"].startswith("from pay alone")
    assert (offer["repayment_due"], offer["risk_score"], offer["predicted_earnings"]) == (None, None, None)
    left = datetime.fromisoformat(offer["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
    assert any("2.00 %" in sentence for sentence in offer["disclosures"])
    assert any("cannot default" in sentence for sentence in offer["disclosures"])


def test_from_a_quote_to_the_last_repayment(platform: Caller, worker: Caller) -> None:
    loan = worker.made("/v1/loans", {"quote_id": new_quote(platform, worker, "100")})

    assert (loan["status"], loan["owed"], loan["total_due"]) == ("disbursed", "102.000000", "102.000000")
    balance = worker.get("/balance").json
    assert (balance["available"], balance["advance_owed"]) == ("100.000000", "102.000000")
    pay(platform, worker, "50")
    early = worker.made(f"/v1/loans/{loan['id']}/repay", {"amount": "7"})
    assert (early["status"], early["amount_repaid"], early["owed"]) == ("repaying", "32.000000", "70.000000")
    last = worker.made(f"/v1/loans/{loan['id']}/repay", {})
    assert (last["status"], last["owed"], last["repaid_at"] is not None) == ("repaid", "0.000000", True)

    shown = worker.get(f"/v1/loans/{loan['id']}").json
    assert [(one["number"], one["amount"]) for one in shown["repayments"]["data"]] == [
        (3, "70.000000"), (2, "7.000000"), (1, "25.000000"),
    ]  # fmt: skip
    page = worker.get(f"/v1/loans/{loan['id']}?limit=2").json["repayments"]
    page = worker.get(f"/v1/loans/{loan['id']}?limit=2&cursor={page['next_cursor']}").json["repayments"]
    assert ([one["number"] for one in page["data"]], page["next_cursor"]) == ([1], None)
    balance = worker.get("/balance").json
    assert (balance["available"], balance["advance_owed"]) == ("48.000000", "0.000000")
    lines = worker.get("/transactions").json["data"]
    assert [(line["tx_type"], line["amount"]) for line in lines] == [
        ("fee", "2.000000"), ("repayment", "70.000000"), ("repayment", "7.000000"), ("repayment", "25.000000"),
        ("advance", "100.000000"),
    ]  # fmt: skip
    earned = worker.get("/earnings").json
    assert (earned["advance_amount"], earned["repayment_amount"], earned["fee_amount"]) == (
        "100.000000", "102.000000", "2.000000",
    )  # fmt: skip
    assert platform.get(f"{worker.path}/transactions").json["data"] == []


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ("UPDATE ops.loan_quotes SET expires_at = now()", "quote_expired"),
        ("UPDATE streams SET status = 'paused', paused_at = now(), next_release_at = NULL", "over_limit"),
        ("SELECT write_off_advance(id) FROM loans", "quote_used"),
        ("SELECT", "quote_used"),
    ],
)
def test_why_a_quote_is_not_good_any_more(
    url: Callable[[str], str], platform: Caller, worker: Caller, spoil: str, code: str
) -> None:
    quote = new_quote(platform, worker)
    if code == "quote_used":
        worker.made("/v1/loans", {"quote_id": quote})
    with psycopg.connect(url("owner")) as owner:
        owner.execute(spoil.encode())

    answer = worker.post("/v1/loans", {"quote_id": quote})
    assert (answer.status, answer.json["code"]) == (409, code)


def test_one_advance_at_a_time(platform: Caller, worker: Caller) -> None:
    second = new_quote(platform, worker)
    new_loan(platform, worker)
    for path, body in [
        ("/v1/loans", {"quote_id": second}), ("/v1/loans/quote", {"platform_id": platform.id, "amount": "1"}),
    ]:  # fmt: skip
        answer = worker.post(path, body)
        assert (answer.status, answer.json["code"]) == (409, "advance_open")


def test_a_pool_that_is_short(connect: Connect, api: Api, platform: Caller, worker: Caller) -> None:
    pool = "SELECT balance FROM ledger.accounts WHERE kind = 'advance_pool'"
    ((left,),) = connect("auditor").execute(pool)
    start = (datetime.now(UTC) - timedelta(hours=10)).isoformat()
    new_stream(platform, worker, "50000", start_time=start, duration_seconds=3600 * 11)
    quote = worker.made("/v1/loans/quote", {"platform_id": platform.id, "amount": str(left + 1)})["id"]

    answer = worker.post("/v1/loans", {"quote_id": quote})
    assert (answer.status, answer.json["code"]) == (409, "pool_short")


def test_repaying_more_than_there_is(platform: Caller, worker: Caller) -> None:
    loan = new_loan(platform, worker, "100")

    answer = worker.post(f"/v1/loans/{loan}/repay", {})
    assert (answer.status, answer.json["code"]) == (409, "insufficient_funds")


def test_what_is_given_up_is_not_owed_any_more(connect: Connect, platform: Caller, worker: Caller) -> None:
    loan = new_loan(platform, worker, "100")
    connect("operator").execute("SELECT write_off_advance(%s)", [loan])

    shown = worker.get(f"/v1/loans/{loan}").json
    assert (shown["status"], shown["owed"], shown["amount_repaid"]) == ("defaulted", "0.000000", "0.000000")
    assert worker.get("/balance").json["advance_owed"] == "0.000000"
    pay(platform, worker, "10")
    assert worker.get("/balance").json["available"] == "110.000000"


def test_his_loans_by_status(connect: Connect, platform: Caller, worker: Caller) -> None:
    loans = []
    for _ in range(3):
        loans.append(new_loan(platform, worker, "1"))
        pay(platform, worker, "10")
    loans.append(new_loan(platform, worker, "1"))

    found = worker.get("/loans").json["data"]
    assert [(one["id"], one["status"]) for one in found] == [
        (loans[3], "disbursed"), (loans[2], "repaid"), (loans[1], "repaid"), (loans[0], "repaid"),
    ]  # fmt: skip
    part = worker.get("/loans?status=repaid&limit=2").json
    rest = worker.get(f"/loans?status=repaid&limit=2&cursor={part['next_cursor']}").json
    assert [one["id"] for one in part["data"] + rest["data"]] == loans[2::-1]
    assert worker.get("/loans?status=defaulted").json == {"data": [], "next_cursor": None}
    assert [one["id"] for one in worker.get().json["open_loans"]] == [loans[3]]


# ----------------------------------------------------------------------------------------------------------- predictive


def seasoned(url: Callable[[str], str], platform: Caller, worker: Caller) -> None:
    """He earned 20 USDC on each of the last nine days, and has been here for a month."""
    for _ in range(9):
        pay(platform, worker, "20")
    with psycopg.connect(url("owner")) as owner:
        owner.execute("UPDATE workers SET account_age_days = 30")
        owner.execute("ALTER TABLE ledger.transfers DISABLE TRIGGER USER")
        owner.execute(
            """
            UPDATE ledger.transfers AS x SET event_at = x.event_at - d.n * interval '1 day'
            FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM ledger.transfers WHERE reason = 'pay') AS d
            WHERE x.id = d.id
            """
        )
        owner.execute("ALTER TABLE ledger.transfers ENABLE TRIGGER USER")


def test_a_predictive_advance(url: Callable[[str], str], platform: Caller, worker: Caller) -> None:
    ask = {"platform_id": platform.id, "amount": "64", "mode": "predictive"}
    seasoned(url, platform, worker)
    refused = worker.post("/v1/loans/quote", ask)
    assert (refused.status, refused.json["code"]) == (409, "not_eligible")
    assert platform.get("/advance-terms").json["enabled"] is False
    terms = platform.patch({"enabled": True}, "/advance-terms").json
    assert terms == platform.get("/advance-terms").json
    assert (terms["enabled"], terms["share_percent"]) == (True, 50)

    may = worker.get("/advance/eligibility").json["platforms"][0]["predictive"]
    assert (may["eligible"], may["basis"], may["limit"]) == (True, "128.800000", "64.400000")
    offer = worker.made("/v1/loans/quote", ask)
    assert (offer["limit"], offer["predicted_earnings"]) == ("64.400000", "128.800000")
    due = datetime.fromisoformat(offer["repayment_due"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < due < timedelta(days=30, hours=1)
    assert offer["fee_percent"] == may["fee_percent"]
    loan = worker.made("/v1/loans", {"quote_id": offer["id"]})
    assert (loan["predicted_earnings"], loan["risk_score"]) == (offer["predicted_earnings"], offer["risk_score"])


def test_eligibility_names_each_rule(api: Api, platform: Caller, worker: Caller) -> None:
    other = new_platform(api)
    empty = worker.get(f"/advance/eligibility?platform_id={platform.id}").json["platforms"][0]
    assert checks(empty["earned"]) == {"no_open_advance": True, "accrued_pay": False}
    assert checks(empty["predictive"]) == {
        "platform_offers": False, "no_open_advance": True, "no_default": True, "risk_score": False,
        "account_age_days": False, "completion_rate": False, "predicted_earnings": False,
    }  # fmt: skip
    new_loan(platform, worker, "1")
    (full,) = worker.get("/advance/eligibility").json["platforms"]
    assert checks(full["earned"]) == {"no_open_advance": False, "accrued_pay": True}
    assert (full["earned"]["eligible"], full["earned"]["limit"]) == (False, "0.000000")
    assert worker.get(f"/advance/eligibility?platform_id={other.id}").status == 404


def test_what_eligibility_says_a_quote_keeps(platform: Caller, worker: Caller) -> None:
    start = datetime.now(UTC) - timedelta(minutes=10)
    new_stream(platform, worker, "36", start_time=start.isoformat())
    may = worker.get("/advance/eligibility").json["platforms"][0]["earned"]

    assert worker.post("/v1/loans/quote", {"platform_id": platform.id, "amount": may["limit"]}).status == 201
    over = str(Decimal(may["limit"]) + 1)
    answer = worker.post("/v1/loans/quote", {"platform_id": platform.id, "amount": over})
    assert (answer.status, answer.json["code"], answer.json["errors"][0]["field"]) == (409, "over_limit", "amount")
