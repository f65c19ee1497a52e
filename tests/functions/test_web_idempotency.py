"""A repeated request is carried out once and answered the same, whoever repeats it and whenever."""

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from tests.conftest import Api
from tests.people import Caller, new_platform, new_worker

from gigstream import db
from gigstream.queries import requests, service
from gigstream.queries.base import Query

Connect = Callable[[str], psycopg.Connection]
ROUTE = "POST /v1/things"


def deposit(platform: Caller, amount: str, key: str | None) -> Any:
    headers = {"Idempotency-Key": key} if key is not None else {}
    return platform.send("POST", "/deposits", {"amount": amount}, headers=headers)


def balance(platform: Caller) -> str:
    available: str = platform.get("/balance").json["available"]
    return available


def test_a_repeated_request_gets_the_first_answer(api: Api) -> None:
    platform = new_platform(api, funds=None)
    first, again = deposit(platform, "5", "a"), deposit(platform, "5", "a")
    assert (first.status, first.header("Idempotency-Replayed")) == (201, None)
    assert (again.status, again.header("Idempotency-Replayed")) == (201, "true")
    assert again.body == first.body
    assert balance(platform) == "5.000000"


def test_another_key_is_another_request(api: Api) -> None:
    platform = new_platform(api, funds=None)
    deposit(platform, "5", "a")
    deposit(platform, "5", "b")
    assert balance(platform) == "10.000000"


def test_a_key_with_another_body_or_path_is_refused(api: Api) -> None:
    platform = new_platform(api, funds=None)
    worker = new_worker(api, platform)
    assert deposit(platform, "5", "a").status == 201
    other = deposit(platform, "6", "a")
    assert (other.status, other.json["code"]) == (422, "idempotency_key_reused")
    assert other.json["errors"][0]["field"] == "Idempotency-Key"
    tasks = [platform.made("/v1/tasks", task(worker)) for _ in range(2)]
    assert platform.post(f"/v1/tasks/{tasks[0]['id']}/start", once="s").status == 200
    assert platform.post(f"/v1/tasks/{tasks[1]['id']}/start", once="s").status == 422
    assert balance(platform) == "3.000000"


def task(worker: Caller) -> dict[str, str]:
    return {"worker_id": worker.id, "task_type": "fixed", "amount": "1", "title": "Deliver"}


def test_a_key_belongs_to_its_platform_and_route(api: Api) -> None:
    one, other = new_platform(api, funds=None), new_platform(api, funds=None)
    worker = new_worker(api, one)
    assert deposit(one, "5", "a").status == 201
    assert deposit(other, "6", "a").status == 201
    assert one.post("/v1/tasks", task(worker), once="a").status == 201


def test_what_failed_may_be_tried_again_with_its_key(api: Api) -> None:
    platform = new_platform(api, funds=None)
    worker = new_worker(api, platform)
    assert platform.post("/v1/tasks", task(worker), once="t").json["code"] == "insufficient_funds"
    deposit(platform, "5", "d")
    assert platform.post("/v1/tasks", task(worker), once="t").status == 201


@pytest.mark.parametrize("key", [None, "", "x" * 256, "caf\u00e9", "tab\there"])
def test_where_money_moves_a_usable_key_is_required(api: Api, key: str | None) -> None:
    platform = new_platform(api, funds=None)
    answer = deposit(platform, "5", key)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert balance(platform) == "0.000000"


def test_a_rival_waits_and_gets_the_answer(environment: pytest.MonkeyPatch, connect: Connect) -> None:
    rival, ready = connect("api"), threading.Event()

    def carry_out() -> None:
        first = [requests.act_as_nobody("192.0.2.7", None), requests.claim(ROUTE, "key", bytes(32))]
        with rival.transaction():
            for query in [*first, requests.store_answer(ROUTE, "key", 201, "first")]:
                rival.execute(query.sql, query.params)
            ready.set()
            time.sleep(0.5)

    def store(_: object) -> Query[None]:
        raise AssertionError("the rival was first")

    thread = threading.Thread(target=carry_out)
    thread.start()
    assert ready.wait(5)
    session = db.Session("api", authenticate=requests.act_as_nobody("192.0.2.7", None))
    claim = db.Claim(requests.claim(ROUTE, "key", bytes(32)), requests.stored_answer(ROUTE, "key"), store)
    answer = db.write_once(session, service.readiness(), claim)
    thread.join()
    assert answer == db.Answer(201, "first")
