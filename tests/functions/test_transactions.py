"""A worker sees his transactions; a platform its payouts and refunds."""

from collections.abc import Callable

import psycopg
import pytest
from tests.conftest import Api
from tests.people import Caller, new_loan, new_payout, new_platform, new_worker

from gigstream import config

Connect = Callable[[str], psycopg.Connection]


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api)


@pytest.fixture
def worker(api: Api, platform: Caller) -> Caller:
    return new_worker(api, platform)


def listed(who: Caller, query: str, path: str = "/v1/transactions") -> list[str]:
    return [found["id"] for found in who.get(f"{path}?{query}").json["data"]]


def test_a_payout_is_seen_by_both_parties(connect: Connect, platform: Caller, worker: Caller) -> None:
    path = f"/v1/transactions/{new_payout(connect, platform, worker, '4.5')}"
    seen = worker.get(path).json
    expected = {"tx_type": "payout", "amount": "4.500000", "fee": "0.000000", "status": "pending", "tx_hash": None}
    assert seen.items() >= (expected | {"worker_id": worker.id, "platform_id": platform.id}).items()
    assert platform.get(path).json == seen


def test_another_tenants_transaction_is_not_there(api: Api, connect: Connect, platform: Caller, worker: Caller) -> None:
    payout_id = new_payout(connect, platform, worker)
    for stranger in (new_platform(api), new_worker(api, platform)):
        assert stranger.get(f"/v1/transactions/{payout_id}").status == 404
        assert listed(stranger, "") == []


def test_a_platform_sees_no_advance(connect: Connect, platform: Caller, worker: Caller) -> None:
    connect("operator").execute("SELECT fund_pool(1)")
    new_loan(platform, worker)
    (advance_id,) = listed(worker, "tx_type=advance")
    assert platform.get(f"/v1/transactions/{advance_id}").status == 404
    assert listed(platform, "") == listed(platform, "", f"{worker.path}/transactions") == []


def test_lists_are_filtered_and_paged(connect: Connect, platform: Caller, worker: Caller) -> None:
    first, second, third = (new_payout(connect, platform, worker) for _ in range(3))
    connect("jobs").execute("SELECT complete_payment(%s, %s, 0)", [first, "0x" + 64 * "a"])
    for who in (platform, worker):
        for path in ("/v1/transactions", f"{worker.path}/transactions"):
            assert listed(who, "", path) == [third, second, first]
            assert listed(who, "status=completed&tx_type=payout", path) == [first]
            assert listed(who, "tx_type=refund", path) == []
            page = who.get(f"{path}?limit=2").json
            assert listed(who, f"limit=2&cursor={page['next_cursor']}", path) == [first]


def test_a_platform_lists_its_own_by_what_it_looks_for(
    api: Api, connect: Connect, platform: Caller, worker: Caller
) -> None:
    other = new_worker(api, platform)
    first, second = new_payout(connect, platform, worker), new_payout(connect, platform, other)
    connect("jobs").execute("SELECT complete_payment(%s, %s, 0)", [first, "0x" + 64 * "a"])
    newest = platform.get(f"/v1/transactions/{second}").json
    for path in ("/v1/transactions", f"{platform.path}/transactions"):
        assert listed(platform, "", path) == [second, first]
        assert listed(platform, "status=completed&tx_type=payout", path) == [first]
        assert listed(platform, "tx_type=refund", path) == []
        assert listed(platform, f"worker_id={worker.id}", path) == [first]
        assert listed(platform, f"task_id={newest['task_id']}", path) == [second]
        assert listed(platform, f"created_from={newest['created_at']}", path) == [second]
        assert listed(platform, f"created_to={newest['created_at']}", path) == [first]
        page = platform.get(f"{path}?limit=1").json
        assert listed(platform, f"limit=1&cursor={page['next_cursor']}", path) == [first]
    assert new_platform(api).get(f"{platform.path}/transactions").status == 404
    assert worker.get(f"{platform.path}/transactions").status == 403


def test_it_tells_the_states_it_went_through_and_where_the_chain_shows_it(
    connect: Connect, platform: Caller, worker: Caller
) -> None:
    path, tx_hash = f"/v1/transactions/{new_payout(connect, platform, worker)}", "0x" + 64 * "a"
    assert worker.get(path).json["explorer_url"] is None
    connect("jobs").execute("SELECT complete_payment(%s, %s, 0)", [path.rpartition("/")[2], tx_hash])
    for who in (platform, worker):
        found = who.get(f"{path}?expand[]=task,worker").json
        assert [state["status"] for state in found["history"]] == ["pending", "completed"]
        assert found["history"][0]["at"] < found["history"][1]["at"]
        assert found["explorer_url"] == f"https://testnet.arcscan.app/tx/{tx_hash}"
        assert (found["task"]["id"], found["worker"]["id"]) == (found["task_id"], worker.id)


def test_the_explorer_is_a_setting(
    environment: pytest.MonkeyPatch, connect: Connect, platform: Caller, worker: Caller
) -> None:
    payout_id = new_payout(connect, platform, worker)
    connect("jobs").execute("SELECT complete_payment(%s, %s, 0)", [payout_id, "0x" + 64 * "a"])
    environment.setenv("ARC_EXPLORER_URL", "https://explorer.example.com")
    config.settings.cache_clear()
    shown = worker.get(f"/v1/transactions/{payout_id}").json["explorer_url"]
    assert shown.startswith("https://explorer.example.com/tx/0xaaa")
