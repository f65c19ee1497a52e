"""A worker sees his transactions; a platform its payouts and refunds."""

from collections.abc import Callable

import psycopg
import pytest
from tests.conftest import Api
from tests.people import Caller, new_loan, new_payout, new_platform, new_worker

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
