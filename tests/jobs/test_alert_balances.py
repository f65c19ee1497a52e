"""Whose funds run low is told once, and again only after they have been enough."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import Api
from tests.people import Caller, new_platform, new_task, new_worker

from jobs import alert_balances

Job = Callable[..., Any]


def told(platform: Caller) -> list[Any]:
    events = platform.get("/v1/events?limit=100").json["data"]
    return [one["data"] for one in events if one["type"] == "platform.balance_low"]


def test_below_its_own_threshold_a_platform_is_told_once_each_time(api: Api, job: Job) -> None:
    platform = new_platform(api, "100")
    worker = new_worker(api, platform)
    assert platform.patch({"balance_low_threshold": "50"}).json["balance_low_threshold"] == "50.000000"
    assert platform.get().json["balance_low_threshold"] == "50.000000"
    assert job("AlertBalances") == {"seen": 1, "alerted": 0}
    new_task(platform, worker, "50")
    assert job("AlertBalances")["alerted"] == 0, "50 is not less than 50"
    low = new_task(platform, worker, "0.000001")

    assert [job("AlertBalances")["alerted"] for _ in range(3)] == [1, 0, 0]
    (data,) = told(platform)
    assert data == {
        "object": "platform",
        "id": platform.id,
        "available": "49.999999",
        "threshold": "50.000000",
    }
    platform.made(f"/v1/tasks/{low}/cancel")
    assert job("AlertBalances")["alerted"] == 0
    new_task(platform, worker, "1")
    assert [job("AlertBalances")["alerted"] for _ in range(2)] == [1, 0]
    assert len(told(platform)) == 2


def test_without_one_it_is_a_tenth_of_what_is_held(api: Api, job: Job) -> None:
    platform = new_platform(api, "110")
    worker = new_worker(api, platform)
    assert platform.get().json["balance_low_threshold"] is None
    new_task(platform, worker, "100")
    assert job("AlertBalances")["alerted"] == 0, "10 is not less than 10"
    new_task(platform, worker, "0.5")
    assert job("AlertBalances")["alerted"] == 1
    assert told(platform)[0]["threshold"] == "10.050000"


def test_a_threshold_of_nothing_is_never_reached(api: Api, job: Job) -> None:
    platform = new_platform(api, "10")
    platform.patch({"balance_low_threshold": "0"})
    new_task(platform, new_worker(api, platform), "10")
    assert job("AlertBalances")["alerted"] == 0


def test_every_platform_is_looked_at_whatever_the_batch(api: Api, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_balances, "BATCH", 2)
    for _ in range(5):
        platform = new_platform(api, "10")
        platform.patch({"balance_low_threshold": "11"})
    assert job("AlertBalances") == {"seen": 5, "alerted": 5}
    assert job("AlertBalances") == {"seen": 5, "alerted": 0}
