"""A platform reads, funds and changes itself alone."""

import pytest
from tests.conftest import Api
from tests.people import Wallet, new_platform, new_task, new_worker


def test_deposit_is_available_and_a_task_holds_its_price(api: Api) -> None:
    platform = new_platform(api, funds=None)
    assert platform.get("/balance").json["total"] == "0.000000"

    deposit = platform.made("/deposits", {"amount": "100.5"})
    assert (deposit["amount"], deposit["available"]) == ("100.500000", "100.500000")

    new_task(platform, new_worker(api, platform), "40.25")
    assert platform.get("/balance").json == {
        "platform_id": platform.id,
        "available": "60.250000",
        "held": "40.250000",
        "total": "100.500000",
    }


def test_a_platform_is_told_where_to_deposit_and_from_where(api: Api, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ARC_CONTRACT_ADDRESS", "0x" + "c0" * 20)
    platform, wallet = new_platform(api), Wallet()
    told = {
        "platform_id": platform.id,
        "chain_id": 5042002,
        "usdc_address": "0x3600000000000000000000000000000000000000",
        "deposit_address": "0x" + "c0" * 20,
    }
    assert platform.get("/funding").json == told | {"wallet_address": None}
    platform.patch({"wallet": wallet.proof(api, "set_platform_wallet")})
    assert platform.get("/funding").json == told | {"wallet_address": wallet.address}


def test_deposit_is_replayed_once_made(api: Api) -> None:
    platform = new_platform(api, funds=None)
    first, second = (platform.post("/deposits", {"amount": "7"}, once="deposit-1") for _ in range(2))
    assert second.body == first.body
    assert second.header("Idempotency-Replayed") == "true"
    assert platform.get("/balance").json["available"] == "7.000000"


def test_there_is_no_play_money_in_live_mode(api: Api, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GIGSTREAM_MODE", "live")
    platform = new_platform(api, funds=None)
    assert platform.post("/deposits", {"amount": "1"}).status == 404


def test_another_platforms_account_is_neither_read_nor_changed(api: Api) -> None:
    mine, other = new_platform(api), new_platform(api, funds="5")
    for path in ("", "/balance", "/funding", "/analytics", "/workers"):
        assert mine.get(other.path + path).status == 404
    assert mine.patch({"name": "Mine now"}, other.path).status == 404
    assert mine.post(f"{other.path}/deposits", {"amount": "1"}).status == 404

    assert mine.get().json["name"] == other.get().json["name"] == "QuickTask"
    assert mine.get("/balance").json["total"] == "10000.000000"
    assert other.get("/balance").json["total"] == "5.000000"


def test_change_what_is_named_and_nothing_else(api: Api) -> None:
    platform = new_platform(api)
    before = platform.get().json
    after = platform.patch({"name": "DeliveryHub"}).json
    assert after == before | {"name": "DeliveryHub", "updated_at": after["updated_at"]}


def test_another_platforms_e_mail_address_is_taken(api: Api) -> None:
    new_platform(api).patch({"contact_email": "taken@example.com"})
    answer = new_platform(api).patch({"contact_email": "TAKEN@example.com"})
    assert (answer.status, answer.json["code"]) == (409, "email_taken")
    assert [error["field"] for error in answer.json["errors"]] == ["contact_email"]


def test_members_newest_first_in_pages(api: Api) -> None:
    platform = new_platform(api)
    new_worker(api, new_platform(api))  # somebody else's
    workers = [new_worker(api, platform).id for _ in range(3)]
    for path in ("/v1/workers", f"{platform.path}/workers"):
        first = platform.get(f"{path}?limit=2").json
        rest = platform.get(f"{path}?limit=2&cursor={first['next_cursor']}").json
        assert [member["id"] for member in first["data"] + rest["data"]] == workers[::-1]
        assert rest["next_cursor"] is None


def test_analytics_count_tasks_money_and_workers(api: Api) -> None:
    platform = new_platform(api)
    worker = new_worker(api, platform)
    paid, called_off, _ = (new_task(platform, worker, amount) for amount in ("10", "20", "30"))
    platform.made(f"/v1/tasks/{paid}/start")
    platform.made(f"/v1/tasks/{paid}/complete", {})
    platform.made(f"/v1/tasks/{called_off}/cancel")
    figures = platform.get("/analytics").json
    expected = {
        "total_tasks": 3,
        "completed_tasks": 1,
        "cancelled_tasks": 1,
        "paid_amount": "10.000000",
        "pending_amount": "30.000000",
        "unique_workers": 1,
        "workers_last_7_days": 1,
    }
    assert figures.items() >= expected.items()
