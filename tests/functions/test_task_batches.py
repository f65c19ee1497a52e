"""Many tasks in one request: each created or failed as if it were alone, all in one transaction."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.books import Books, acting
from tests.conftest import Api
from tests.examples import WRONG
from tests.people import Caller, new_platform, new_task, new_worker


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api, "100")


@pytest.fixture
def worker(api: Api, platform: Caller) -> Caller:
    return new_worker(api, platform)


def item(worker: Caller, amount: str = "10", **fields: Any) -> dict[str, Any]:
    return {"worker_id": worker.id, "task_type": "fixed", "amount": amount, "title": "Deliver a parcel", **fields}


def test_each_item_is_answered_in_its_place(api: Api, platform: Caller, worker: Caller) -> None:
    stranger = new_worker(api)
    new_task(platform, worker, external_id="taken")
    answer = platform.post(
        "/v1/tasks/batch",
        {
            "tasks": [
                item(worker, external_id="a", metadata={"n": [1]}, scheduled_at="2026-12-24T18:00:00Z"),
                item(stranger),
                item(worker, external_id="taken"),
                item(worker, "999"),
                item(worker, external_id="a"),
                item(worker, "80"),
                item(worker, "0.000001"),
            ]
        },
    )
    assert answer.status == 200, answer.body
    data = answer.json["data"]
    assert (answer.json["created"], answer.json["failed"]) == (2, 5)
    assert [one["index"] for one in data] == list(range(7))
    assert [one["status"] for one in data] == ["created", *["failed"] * 4, "created", "failed"]
    assert [one["error"] and (one["error"]["code"], one["error"]["field"]) for one in data] == [
        None, ("not_a_member", "worker_id"), ("already_exists", "external_id"), ("insufficient_funds", None),
        ("already_exists", "external_id"), None, ("insufficient_funds", None),
    ]  # fmt: skip
    for one in data:
        assert (one["task"] is None) == (one["status"] == "failed")
        if one["task"]:
            assert api.get(f"/v1/tasks/{one['task']['id']}", **platform.credentials).json == one["task"]
    assert data[0]["task"]["metadata"] == {"n": [1]}
    assert platform.get("/balance").json["available"] == "0.000000"


def test_a_failed_item_answers_what_it_would_answer_alone(api: Api, platform: Caller, worker: Caller) -> None:
    new_task(platform, worker, external_id="taken")
    for wrong in [item(new_worker(api)), item(worker, external_id="taken"), item(worker, "999")]:
        alone = platform.post("/v1/tasks", wrong).json
        (one,) = platform.post("/v1/tasks/batch", {"tasks": [wrong]}).json["data"]
        assert one["error"] == {
            "code": alone["code"],
            "message": alone["detail"],
            "field": alone["errors"][0]["field"] if alone["errors"] else None,
        }


@pytest.mark.parametrize("field", ["worker_id", "task_type", "amount", "title", "external_id", "scheduled_at"])
def test_a_wrong_field_is_named_with_its_item_and_nothing_is_created(
    books: Books, platform: Caller, worker: Caller, field: str
) -> None:
    for wrong in WRONG[field]:
        answer = platform.post("/v1/tasks/batch", {"tasks": [*[item(worker)] * 3, item(worker) | {field: wrong}]})
        assert answer.status == 422
        assert [error["field"] for error in answer.json["errors"]] == [f"tasks.3.{field}"], (wrong, answer.json)
    assert books.value("SELECT count(*) FROM tasks") == 0


def test_a_batch_holds_up_to_a_hundred(platform: Caller, worker: Caller) -> None:
    assert platform.post("/v1/tasks/batch", {"tasks": [item(worker, "1")] * 100}).json["created"] == 100
    for tasks in [[], [item(worker)] * 101]:
        answer = platform.post("/v1/tasks/batch", {"tasks": tasks})
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "tasks")


def test_a_batch_is_created_once(books: Books, platform: Caller, worker: Caller) -> None:
    body = {"tasks": [item(worker), item(worker, "9999")]}
    first, again = [platform.post("/v1/tasks/batch", body, once="batch") for _ in range(2)]
    assert (first.body, first.status) == (again.body, again.status)
    assert again.header("Idempotency-Replayed") == "true"
    assert books.value("SELECT count(*) FROM tasks") == 1


def test_a_worker_may_not(worker: Caller) -> None:
    assert worker.post("/v1/tasks/batch", {"tasks": [item(worker)]}).status == 403


def test_batches_over_the_same_workers_do_not_lock_each_other_out(books: Books) -> None:
    """Each names the workers in another order; none is ended by a deadlock, because workers are locked first."""
    platform = books.platform("10000")
    workers = [books.worker(platform) for _ in range(12)]
    ends = [Books(books.url) for _ in range(4)]

    def create(number: int) -> int:
        order: list[UUID] = workers[number:] + workers[:number] if number % 2 else list(reversed(workers))
        tasks = [
            {"worker_id": str(w), "task_type": "fixed", "amount": "1", "title": "t", "metadata": {}} for w in order
        ]
        created = 0
        for _ in range(5):
            with acting(ends[number].connection("api"), "platform", platform) as api:
                rows = api.execute("SELECT error_state FROM create_tasks(%s::jsonb)", [json.dumps(tasks)]).fetchall()
            created += sum(row["error_state"] is None for row in rows)
        return created

    with ThreadPoolExecutor(len(ends)) as threads:
        assert list(threads.map(create, range(len(ends)))) == [60] * 4
    for end in ends:
        end.close()
    assert books.funds(platform) == (10000 - 240, 240)


def test_an_item_for_a_worker_who_is_not_there_fails_alone(platform: Caller, worker: Caller) -> None:
    answer = platform.post("/v1/tasks/batch", {"tasks": [item(worker) | {"worker_id": str(uuid4())}, item(worker)]})
    assert [one["status"] for one in answer.json["data"]] == ["failed", "created"]
