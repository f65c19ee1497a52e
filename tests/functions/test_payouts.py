"""Withdrawals by workers, retries by platforms, and what a payout shows of its settlement."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from tests.conftest import Api
from tests.people import Caller, Connect, Wallet, new_failed_payout, new_platform, new_task, new_worker
from tests.settling import BLOCK, hash_of

from gigstream.config import settings


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api)


@pytest.fixture
def worker(api: Api, platform: Caller) -> Caller:
    """With a wallet and ten USDC."""
    worker = new_worker(api, platform, wallet=Wallet())
    pay(platform, worker, "10")
    return worker


def pay(platform: Caller, worker: Caller, amount: str) -> None:
    task_id = new_task(platform, worker, amount)
    platform.made(f"/v1/tasks/{task_id}/start")
    platform.made(f"/v1/tasks/{task_id}/complete", {})


def available(worker: Caller) -> tuple[str, str]:
    balance = worker.get("/balance").json
    return balance["available"], balance["in_settlement"]


def refusal(caller: Caller, path: str, body: Any = None) -> tuple[int, str]:
    answer = caller.post(path, body)
    return answer.status, answer.json["code"]


def test_a_worker_withdraws_an_amount_and_then_the_rest(platform: Caller, worker: Caller) -> None:
    first = worker.post("/withdrawals", {"platform_id": platform.id, "amount": "4"})
    assert (first.status, first.json["status"], first.json["amount"]) == (202, "pending", "4.000000")
    assert first.json["to_address"] == worker.get().json["wallet_address"]
    assert available(worker) == ("6.000000", "4.000000")

    rest = worker.made("/withdrawals", {"platform_id": platform.id})
    assert rest["amount"] == "6.000000"
    assert available(worker) == ("0.000000", "10.000000")
    assert refusal(worker, "/withdrawals", {"platform_id": platform.id}) == (409, "insufficient_funds")


def test_the_same_key_withdraws_once(platform: Caller, worker: Caller) -> None:
    key = str(uuid4())
    first, again = (
        worker.post("/withdrawals", {"platform_id": platform.id, "amount": "4"}, once=key) for _ in range(2)
    )
    assert first.json == again.json
    assert available(worker) == ("6.000000", "4.000000")


def test_what_a_withdrawal_is_refused_for(api: Api, platform: Caller, worker: Caller) -> None:
    path, here = "/withdrawals", {"platform_id": platform.id}
    assert refusal(worker, path, here | {"amount": "10.000001"}) == (409, "insufficient_funds")
    too_little = worker.post(path, here | {"amount": "0.999999"})
    assert (too_little.status, too_little.json["errors"][0]["field"]) == (422, "amount")
    for stranger in [str(uuid4()), new_platform(api).id]:
        assert refusal(worker, path, {"platform_id": stranger}) == (404, "not_found")
    other = new_worker(api, platform, wallet=Wallet())
    assert refusal(worker, f"/v1/workers/{other.id}{path}", here) == (404, "not_found")
    assert refusal(platform, f"/v1/workers/{worker.id}{path}", here) == (403, "forbidden")
    assert worker.send("POST", path, here).status == 422
    poor = new_worker(api, platform)
    pay(platform, poor, "5")
    assert refusal(poor, path, here) == (409, "no_wallet")
    assert available(worker) == ("10.000000", "0.000000")


def test_little_is_paid_out_when_it_is_all_there_is(platform: Caller, worker: Caller) -> None:
    worker.made("/withdrawals", {"platform_id": platform.id, "amount": "9.999999"})
    assert worker.made("/withdrawals", {"platform_id": platform.id})["amount"] == "0.000001"


def test_a_failed_payout_is_tried_again_once(api: Api, platform: Caller, worker: Caller, connect: Connect) -> None:
    failed = new_failed_payout(connect, platform, worker, "3")
    path = f"/v1/transactions/{failed}/retry"
    new = platform.post(path)
    assert (new.status, new.json["status"], new.json["amount"]) == (202, "pending", "3.000000")
    assert new.json["id"] != failed

    assert refusal(platform, path) == (409, "already_retried")
    assert refusal(platform, f"/v1/transactions/{new.json['id']}/retry") == (409, "wrong_state")
    assert refusal(new_platform(api), path) == (404, "not_found")
    assert refusal(worker, path) == (403, "forbidden")
    connect("jobs").execute("SELECT fail_payment(%s, 'refused')", [new.json["id"]])
    assert platform.post(f"/v1/transactions/{new.json['id']}/retry").status == 202


def test_a_retry_wants_the_money_and_the_wallet_to_be_there(api: Api, platform: Caller, connect: Connect) -> None:
    worker = new_worker(api, platform, wallet=Wallet())
    failed = new_failed_payout(connect, platform, worker, "3")
    worker.made("/withdrawals", {"platform_id": platform.id, "amount": "2"})
    assert refusal(platform, f"/v1/transactions/{failed}/retry") == (409, "insufficient_funds")
    without = new_failed_payout(connect, platform, new_worker(api, platform))
    assert refusal(platform, f"/v1/transactions/{without}/retry") == (409, "no_wallet")


def test_a_payout_shows_its_settlement_and_nothing_of_the_rest_of_the_batch(
    api: Api, platform: Caller, worker: Caller, connect: Connect, job: Callable[..., Any]
) -> None:
    other = new_platform(api)
    theirs = new_worker(api, other, wallet=Wallet())
    pay(other, theirs, "99")
    mine = worker.made("/withdrawals", {"platform_id": platform.id})["id"]
    path = f"/v1/transactions/{mine}"
    assert "settlement" not in platform.get(path).json
    assert job("SettlePayouts") == {"payouts": 1, "settlements": 1, "payments": 2}
    assert platform.get(path).json["settlement"]["state"] == "queued"
    settle(connect)

    seen = platform.get(path).json
    facts = seen["settlement"]
    assert (seen["status"], seen["tx_hash"], seen["payment_no"]) == ("completed", hash_of(1), 1)
    assert seen["explorer_url"].endswith(f"/tx/{hash_of(1)}")
    assert (facts["state"], facts["block_number"], facts["block_hash"]) == ("final_ok", 7, BLOCK)
    assert facts["contract"] == seen["from_address"] == settings().custody_address
    assert "amount" not in facts
    assert worker.get(path).json["settlement"] == facts
    assert [one["status"] for one in seen["history"]] == ["pending", "processing", "completed"]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect("api").execute("SELECT amount FROM ops.settlements")


def settle(connect: Connect) -> None:
    """What the job has queued goes to the chain and is final."""
    signer, jobs, contract = connect("signer"), connect("jobs"), settings().custody_address
    signer.execute("SELECT open_signer(%s, %s, %s, 0)", [settings().arc_chain_id, contract, contract])
    (settlement,) = signer.execute("SELECT id FROM ops.settlements").fetchone() or ()
    signer.execute("SELECT reserve_settlement(%s, 0)", [settlement])
    signer.execute("SELECT store_attempt(%s, %s, 'raw', 1, 20, 1)", [settlement, hash_of(1)])
    signer.execute("SELECT note_broadcast(%s)", [hash_of(1)])
    jobs.execute("SELECT finish_settlement(%s, %s, 7, %s)", [settlement, hash_of(1), BLOCK])


def test_who_has_money_on_its_way_is_not_erased(platform: Caller, worker: Caller) -> None:
    worker.made("/withdrawals", {"platform_id": platform.id})
    answer = worker.send("DELETE", "")
    assert answer.status == 409
    assert "not paid out: 10.000000 USDC" in answer.json["detail"]
    assert Decimal(available(worker)[1]) == 10
