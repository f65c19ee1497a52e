"""A platform gives, starts, completes and cancels tasks; both parties read them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from tests.conftest import Api
from tests.people import Caller, new_platform, new_stream, new_task, new_worker

Connect = Callable[[str], psycopg.Connection]


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api)


@pytest.fixture
def worker(api: Api, platform: Caller) -> Caller:
    return new_worker(api, platform)


def code(answer: Any) -> tuple[int, str]:
    return answer.status, answer.json["code"]


def test_a_fixed_task_from_creation_to_pay(platform: Caller, worker: Caller) -> None:
    body = {
        "worker_id": worker.id,
        "task_type": "fixed",
        "amount": "12.5",
        "title": "Deliver a parcel",
        "description": "Door 3.\nRing twice.",
        "metadata": {"weight": 1.5, "tags": ["fragile"]},
        "external_id": "order-7",
        "scheduled_at": "2026-12-24T18:00:00+02:00",
    }
    created = platform.made("/v1/tasks", body)
    expected = body | {
        "amount": "12.500000",
        "paid_amount": "0.000000",
        "status": "pending",
        "platform_id": platform.id,
        "scheduled_at": "2026-12-24T16:00:00Z",
    }
    assert created.items() >= expected.items()

    task = f"/v1/tasks/{created['id']}"
    assert platform.made(f"{task}/start")["status"] == "active"
    proof = {"rating": 4, "completion_proof": "photo 17", "verification_data": {"lat": "48.1"}}
    completed = platform.made(f"{task}/complete", proof)
    assert completed.items() >= (proof | {"status": "completed", "paid_amount": "12.500000"}).items()
    assert worker.get(task).json == platform.get(task).json == completed
    assert worker.get("/balance").json["available"] == "12.500000"
    assert platform.get("/balance").json["held"] == "0.000000"


def test_cancelling_gives_the_price_back(platform: Caller, worker: Caller) -> None:
    task_id = new_task(platform, worker, "40")
    assert platform.made(f"/v1/tasks/{task_id}/cancel")["status"] == "cancelled"
    assert platform.get("/balance").json["available"] == "10000.000000"


def test_cancelling_a_task_that_streams_pays_what_has_accrued(platform: Caller, worker: Caller) -> None:
    stream_id = new_stream(platform, worker, "3600", start_time="2026-11-22T00:00:00Z", end_time="2027-11-01T00:00:00Z")
    task_id = platform.get(f"/v1/streams/{stream_id}").json["task_id"]
    cancelled = platform.made(f"/v1/tasks/{task_id}/cancel")
    assert cancelled["status"] == "cancelled"
    assert worker.get("/balance").json["available"] == cancelled["paid_amount"]
    available = Decimal(platform.get("/balance").json["available"])
    assert available + Decimal(cancelled["paid_amount"]) == 10_000


def test_each_act_wants_its_state(platform: Caller, worker: Caller) -> None:
    fixed, streaming = new_task(platform, worker), new_task(platform, worker, task_type="streaming")
    wrong = (409, "wrong_state")
    assert code(platform.post(f"/v1/tasks/{fixed}/complete", {})) == wrong
    assert code(platform.post(f"/v1/tasks/{streaming}/start")) == wrong
    assert code(platform.post(f"/v1/tasks/{streaming}/complete", {})) == wrong

    platform.made(f"/v1/tasks/{fixed}/start")
    assert code(platform.post(f"/v1/tasks/{fixed}/start")) == wrong
    platform.made(f"/v1/tasks/{fixed}/complete", {})
    for verb in ("start", "complete", "cancel"):
        assert code(platform.post(f"/v1/tasks/{fixed}/{verb}", {})) == wrong


def test_a_task_wants_funds_a_member_and_a_new_external_id(api: Api, platform: Caller, worker: Caller) -> None:
    def refusal(**fields: Any) -> tuple[int, str]:
        body = {"worker_id": worker.id, "task_type": "fixed", "amount": "1", "title": "Clean", **fields}
        return code(platform.post("/v1/tasks", body))

    new_task(platform, worker, external_id="order-1")
    before = platform.get("/balance").json
    assert refusal(amount="9990.000001") == (409, "insufficient_funds")
    assert refusal(worker_id=new_worker(api).id) == (404, "not_a_member")
    assert refusal(worker_id=str(uuid4())) == (404, "not_a_member")
    assert refusal(external_id="order-1") == (409, "already_exists")
    assert platform.get("/balance").json == before
    assert len(platform.get("/v1/tasks").json["data"]) == 1


def test_another_tenants_task_is_not_there(api: Api, platform: Caller, worker: Caller) -> None:
    task_id = new_task(platform, worker)
    other_platform, other_worker = new_platform(api), new_worker(api, platform)
    for verb in ("start", "complete", "cancel"):
        assert other_platform.post(f"/v1/tasks/{task_id}/{verb}", {}).status == 404
        assert worker.post(f"/v1/tasks/{task_id}/{verb}", {}).status == 403
    for stranger in (other_platform, other_worker):
        assert stranger.get(f"/v1/tasks/{task_id}").status == 404
        assert stranger.get("/v1/tasks").json["data"] == []
    assert platform.get(f"/v1/tasks/{task_id}").json["status"] == "pending"


def test_lists_are_filtered_and_paged(api: Api, platform: Caller, worker: Caller) -> None:
    other = new_worker(api, platform)
    first, second, third = (new_task(platform, who) for who in (worker, other, worker))
    platform.made(f"/v1/tasks/{first}/start")

    def listed(who: Caller, query: str) -> list[str]:
        return [task["id"] for task in who.get(f"/v1/tasks?{query}").json["data"]]

    assert listed(platform, "") == [third, second, first]
    assert listed(platform, "status=active") == [first]
    assert listed(platform, f"worker_id={worker.id}") == [third, first]
    assert listed(platform, f"worker_id={worker.id}&status=pending") == [third]
    assert listed(worker, "") == [third, first]
    assert listed(worker, f"worker_id={other.id}") == []
    page = platform.get("/v1/tasks?limit=2").json
    assert [task["id"] for task in page["data"]] == [third, second]
    assert listed(platform, f"limit=2&cursor={page['next_cursor']}") == [first]


def test_lists_are_filtered_by_type_external_id_and_time(platform: Caller, worker: Caller) -> None:
    fixed = new_task(platform, worker, external_id="order 7/ä")
    streaming = new_task(platform, worker, task_type="streaming")
    moment = platform.get(f"/v1/tasks/{streaming}").json["created_at"]

    def listed(who: Caller, query: str) -> list[str]:
        return [task["id"] for task in who.get(f"/v1/tasks?{query}").json["data"]]

    for who in (platform, worker):
        assert listed(who, "task_type=streaming") == [streaming]
        assert listed(who, "external_id=order%207%2F%C3%A4") == [fixed]
        assert listed(who, "external_id=order") == []
        assert listed(who, f"created_from={moment}") == [streaming]
        assert listed(who, f"created_to={moment}") == [fixed]
        assert listed(who, f"created_from={moment}&created_to={moment}") == []


def test_one_key_makes_one_task(platform: Caller, worker: Caller) -> None:
    body = {"worker_id": worker.id, "task_type": "fixed", "amount": "10", "title": "Clean"}
    first, again = (platform.post("/v1/tasks", body, once="task-1") for _ in range(2))
    assert again.body == first.body
    assert again.header("Idempotency-Replayed") == "true"
    assert code(platform.post("/v1/tasks", body | {"amount": "11"}, once="task-1")) == (422, "idempotency_key_reused")
    assert platform.get("/balance").json["held"] == "10.000000"


def test_creation_leaves_audit_and_outbox_rows(connect: Connect, platform: Caller, worker: Caller) -> None:
    task_id = new_task(platform, worker)
    auditor = connect("auditor")
    audit = auditor.execute("SELECT action, actor_id::text FROM audit_logs WHERE resource_id = %s", [task_id])
    assert audit.fetchall() == [("task.created", platform.id)]
    outbox = auditor.execute("SELECT event FROM ops.outbox WHERE object_id = %s", [task_id])
    assert outbox.fetchall() == [("task.created",)]


def test_a_rating_may_come_later_and_be_changed(platform: Caller, worker: Caller) -> None:
    task_id = new_task(platform, worker)
    rate = f"/v1/tasks/{task_id}/rate"
    assert code(platform.post(rate, {"rating": 5})) == (409, "wrong_state")
    platform.made(f"/v1/tasks/{task_id}/start")
    platform.made(f"/v1/tasks/{task_id}/complete", {})

    assert platform.made(rate, {"rating": 2})["rating"] == 2
    assert platform.made(rate, {"rating": 4})["rating"] == 4
    assert code(platform.post(rate, {"rating": 4})) == (409, "wrong_state")
    assert code(worker.post(rate, {"rating": 5})) == (403, "forbidden")

    seen = worker.get("/reputation").json
    assert (seen["score"], seen["average_rating"]) == (510, "4.00")
    newest = worker.get("/reputation/events?limit=1").json["data"][0]
    assert (newest["delta"], newest["reason"]) == (10, "rated 4 of 5, no longer 2")


@pytest.mark.parametrize("filed_by", ["worker", "platform"])
def test_a_dispute_is_told_to_both_and_stops_everything(platform: Caller, worker: Caller, filed_by: str) -> None:
    stream_id = new_stream(platform, worker, "3600", start_time="2026-11-22T00:00:00Z", end_time="2027-11-01T00:00:00Z")
    task_id = platform.get(f"/v1/streams/{stream_id}").json["task_id"]
    task, stream = f"/v1/tasks/{task_id}", f"/v1/streams/{stream_id}"
    who = {"worker": worker, "platform": platform}[filed_by]

    dispute = who.made(f"{task}/dispute", {"reason": "The door was locked.\nTwice."})

    expected = {"filed_by": filed_by, "reason": "The door was locked.\nTwice.", "status": "open", "to_worker": None}
    assert dispute.items() >= (expected | {"task_id": task_id, "resolved_at": None}).items()
    for party in (worker, platform):
        found = party.get(f"{task}?expand[]=stream").json
        assert (found["status"], found["dispute"], found["stream"]["status"]) == ("disputed", dispute, "paused")
        assert code(party.post(f"{task}/dispute", {"reason": "again"})) == (409, "wrong_state")
        assert code(party.post(f"{stream}/release")) == (409, "wrong_state")
    assert worker.get("/balance").json["available"] == worker.get(stream).json["released_amount"] != "0.000000"
    for path, body in [("cancel", None), ("pause", None), ("resume", None), ("top-up", {"amount": "1"})]:
        assert code(platform.post(f"{stream}/{path}", body)) == (409, "wrong_state")
    for verb in ("start", "complete", "cancel"):
        assert code(platform.post(f"{task}/{verb}", {})) == (409, "wrong_state")


def test_what_is_asked_for_comes_along(api: Api, platform: Caller, worker: Caller) -> None:
    stream_id = new_stream(platform, worker)
    stream = platform.get(f"/v1/streams/{stream_id}").json
    task = f"/v1/tasks/{stream['task_id']}"
    plain = platform.get(task).json
    assert plain.keys() & {"worker", "platform", "stream", "dispute"} == set()

    by_platform = platform.get(f"{task}?expand[]=worker,stream&expand[]=platform").json
    assert by_platform["stream"] == stream
    assert by_platform["worker"]["id"] == worker.id
    assert by_platform["worker"]["email"] is None, "that is the worker's own"
    assert by_platform["platform"] == {"id": platform.id, "name": "QuickTask", "is_active": True}
    by_worker = worker.get(f"{task}?expand%5B%5D=worker%2Cplatform").json
    assert by_worker["worker"]["email"] is not None
    assert by_worker["platform"] == by_platform["platform"]
    assert "stream" not in by_worker
    assert {name: by_platform[name] for name in plain} == plain
    assert new_platform(api).get(f"{task}?expand[]=worker").status == 404

    expanded = worker.get(f"/v1/streams/{stream_id}?expand[]=task,worker,platform").json
    assert expanded["task"] == plain
    assert (expanded["worker"], expanded["platform"]) == (by_worker["worker"], by_worker["platform"])
    assert "stream" not in platform.get(f"/v1/tasks/{new_task(platform, worker)}?expand[]=stream").json


def test_a_key_sees_nothing_beside_that_it_may_not_read_alone(
    connect: Connect, platform: Caller, worker: Caller
) -> None:
    task = f"/v1/tasks/{new_task(platform, worker)}"
    connect("owner").execute("UPDATE ops.api_keys SET scopes = '{tasks:read}'")
    assert platform.get(f"{task}?expand[]=platform").status == 200
    for name, scope in [("worker", "workers:read"), ("stream", "streams:read")]:
        answer = platform.get(f"{task}?expand[]={name}")
        assert (answer.status, answer.json["detail"]) == (403, f"the API key lacks the scope {scope}")
    assert worker.get(f"{task}?expand[]=worker").status == 200


@pytest.mark.parametrize("wrong", ["tasks", "", "worker,", "worker,loan", "worker,stream,Platform", "WORKER"])
def test_what_cannot_come_along_is_named(platform: Caller, worker: Caller, wrong: str) -> None:
    answer = platform.get(f"/v1/tasks/{new_task(platform, worker)}?expand[]=stream&expand[]={wrong}")
    assert answer.status == 422
    assert answer.json["errors"] == [{"field": "expand[]", "message": "must be one of worker, platform, stream"}]
