"""POST /v1/webhooks/task-completed: signed over what came, in time, once."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from standardwebhooks import Webhook
from tests.conftest import Api
from tests.people import Caller, Reporter, new_platform, new_task, new_worker


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api)


@pytest.fixture
def worker(api: Api, platform: Caller) -> Caller:
    return new_worker(api, platform)


@pytest.fixture
def reporter(platform: Caller) -> Reporter:
    return Reporter(platform)


def started(platform: Caller, worker: Caller, **fields: Any) -> str:
    task_id = new_task(platform, worker, **fields)
    platform.made(f"/v1/tasks/{task_id}/start")
    return task_id


def test_a_report_completes_a_task_by_its_id_or_the_platforms_own(
    platform: Caller, worker: Caller, reporter: Reporter
) -> None:
    by_id, by_name = started(platform, worker), started(platform, worker, external_id="order-7")
    answer = reporter.report({"task_id": by_id, "rating": 4, "completion_proof": "photo"}, once="1")
    assert (answer.status, answer.json["status"], answer.json["rating"]) == (200, "completed", 4)
    answer = reporter.report({"external_id": "order-7"}, once="2")
    assert (answer.status, answer.json["id"], answer.json["paid_amount"]) == (200, by_name, "10.000000")
    assert worker.get("/balance").json["available"] == "20.000000"


def test_a_replay_pays_nothing_and_gets_the_first_answer(platform: Caller, worker: Caller, reporter: Reporter) -> None:
    body = {"task_id": started(platform, worker)}
    first, again = reporter.report(body), reporter.report(body)
    assert (again.status, again.body, again.header("Idempotency-Replayed")) == (200, first.body, "true")
    # Recorded and sent under another key, it is no longer what was signed.
    assert reporter.report(body, Idempotency_Key="message-2").status == 401
    assert worker.get("/balance").json["available"] == "10.000000"


@pytest.mark.parametrize(
    ("changed", "age"),
    [
        ({}, 301),
        ({}, -301),
        ({"webhook_timestamp": "0"}, 0),
        ({"webhook_timestamp": "soon"}, 0),
        ({"webhook_timestamp": "\u0661"}, 0),
        ({"webhook_timestamp": ""}, 0),
        ({"webhook_signature": ""}, 0),
        ({"webhook_signature": "v1,"}, 0),
        ({"webhook_signature": "v1,###"}, 0),
        ({"webhook_signature": "v1," + "A" * 43 + "="}, 0),
        ({"webhook_signature": "v1\u00e4,\u00e4"}, 0),
        ({"webhook_secret_id": ""}, 0),
        ({"webhook_secret_id": "00000000-0000-0000-0000-000000000000"}, 0),
    ],
)
def test_what_is_not_signed_or_too_old_is_refused_unread(
    platform: Caller, worker: Caller, reporter: Reporter, changed: dict[str, str], age: int
) -> None:
    answer = reporter.report({"task_id": started(platform, worker)}, age=age, **changed)
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")
    assert reporter.report("{", age=age, **changed).status == 401
    assert worker.get("/balance").json["available"] == "0.000000"


def test_a_body_is_signed_to_the_byte(platform: Caller, worker: Caller, reporter: Reporter) -> None:
    body = json.dumps({"task_id": started(platform, worker)})
    at = datetime.now(UTC)
    signature = Webhook(reporter.secret["secret"]).sign("message-1", at, body)
    for other in (body + " ", body.replace(": ", ":")):
        answer = reporter.report(other, webhook_signature=signature, webhook_timestamp=str(int(at.timestamp())))
        assert answer.status == 401
    assert reporter.report("{").status == 400


def test_another_platforms_secret_signs_nothing(api: Api, platform: Caller, worker: Caller) -> None:
    stranger = Reporter(new_platform(api))
    stranger.platform = platform
    answer = stranger.report({"task_id": started(platform, worker)})
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")


def test_a_secret_that_was_replaced_is_good_for_a_day(
    platform: Caller, worker: Caller, reporter: Reporter, connect: Callable[[str], psycopg.Connection]
) -> None:
    new = Reporter(platform)
    assert new.secret != reporter.secret
    assert reporter.report({"task_id": started(platform, worker)}, once="1").status == 200
    connect("owner").execute("UPDATE ops.inbound_secrets SET expires_at = expires_at - interval '1 day'")
    assert reporter.report({"task_id": started(platform, worker)}, once="2").status == 401
    assert new.report({"task_id": started(platform, worker)}, once="3").status == 200


def test_a_task_is_named_once_and_is_the_platforms_own(
    api: Api, platform: Caller, worker: Caller, reporter: Reporter
) -> None:
    other = new_platform(api)
    foreign = started(other, new_worker(api, other), external_id="order-1")
    for body, status in [
        ({}, 422),
        ({"task_id": foreign, "external_id": "order-1"}, 422),
        ({"task_id": foreign}, 404),
        ({"external_id": "order-1"}, 404),
        ({"task_id": new_task(platform, worker)}, 409),
        ({"task_id": new_task(platform, worker, task_type="streaming")}, 409),
    ]:
        assert reporter.report(body).status == status, body
