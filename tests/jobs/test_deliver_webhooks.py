"""The delivery job against real receivers over TLS: what arrives, signed how, and what happens when it does not."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from tests.books import Books
from tests.conftest import Api
from tests.people import Caller, new_platform, new_task, new_worker
from tests.receiver import Receiver, receiving

from devstack.server import forking
from gigstream import config, db
from jobs import deliver_webhooks

Job = Callable[..., Any]


@pytest.fixture
def receivers(environment: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[Receiver, Receiver]]:
    with receiving(tmp_path) as (trusted, stranger, variables):
        for name, value in variables.items():
            environment.setenv(name, value)
        config.settings.cache_clear()
        yield trusted, stranger


@pytest.fixture
def receiver(receivers: tuple[Receiver, Receiver]) -> Receiver:
    return receivers[0]


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api)


def endpoint(platform: Caller, url: str, *event_types: str) -> tuple[str, str]:
    """Its id and its secret."""
    made = platform.made("/v1/webhook-endpoints", {"url": url, "event_types": list(event_types) or ["*"]})
    return made["endpoint"]["id"], made["secret"]


def deliveries(platform: Caller, endpoint_id: str) -> list[Any]:
    found: list[Any] = platform.get(f"/v1/webhook-endpoints/{endpoint_id}/deliveries?limit=100").json["data"]
    return found


def test(platform: Caller, endpoint_id: str) -> Any:
    return platform.made(f"/v1/webhook-endpoints/{endpoint_id}/test")


test.__test__ = False  # type: ignore[attr-defined]


def pass_time(books: Books, seconds: int) -> None:
    books.plant(
        "UPDATE ops.webhook_deliveries SET next_attempt_at = next_attempt_at - n,"
        " leased_until = leased_until - n FROM (SELECT %s * interval '1 second' AS n) AS t",
        seconds,
    )
    books.plant("UPDATE ops.webhook_endpoints SET failing_since = failing_since - %s * interval '1 second'", seconds)


def test_an_event_arrives_signed_and_says_what_the_feed_says(
    api: Api, platform: Caller, receiver: Receiver, job: Job
) -> None:
    endpoint_id, secret = endpoint(platform, receiver.url())
    task_id = new_task(platform, new_worker(api, platform), "12.5")

    assert job("DeliverWebhooks") == {"succeeded": 1, "failed": 0, "disabled": 0}

    (request,) = receiver.received
    event = Webhook(secret).verify(request.body, request.headers)
    assert event == platform.get("/v1/events").json["data"][0]
    assert (event["type"], event["sequence"]) == ("task.created", 1)
    assert event["id"] == request.headers["webhook-id"]
    assert event["data"]["object"] == "task"
    assert event["data"]["id"] == task_id
    assert event["data"]["amount"] == "12.500000"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(request.body + b" ", request.headers)
    (delivery,) = deliveries(platform, endpoint_id)
    assert (delivery["status"], delivery["attempts"], delivery["response_status"]) == ("succeeded", 1, 200)
    assert delivery["response_body"].startswith("thank you\ufffd")
    assert len(delivery["response_body"]) == 1024
    assert job("DeliverWebhooks") == {"succeeded": 0, "failed": 0, "disabled": 0}


def test_an_endpoint_is_told_what_it_subscribed_to(api: Api, platform: Caller, receiver: Receiver, job: Job) -> None:
    worker = new_worker(api, platform)
    endpoint(platform, receiver.url("/some"), "task.started", "task.cancelled")
    endpoint(platform, receiver.url("/all"))
    task_id = new_task(platform, worker)
    platform.made(f"/v1/tasks/{task_id}/start")
    platform.made(f"/v1/tasks/{task_id}/complete", {})
    job("DeliverWebhooks")

    def types(path: str) -> set[str]:
        return {json.loads(one.body)["type"] for one in receiver.sent(path)}

    assert types("/some") == {"task.started"}
    assert types("/all") == {"task.created", "task.started", "task.completed", "reputation.changed"}


def test_two_secrets_sign_while_one_takes_over_from_the_other(
    platform: Caller, receiver: Receiver, job: Job, books: Books
) -> None:
    endpoint_id, old = endpoint(platform, receiver.url())
    new = platform.made(f"/v1/webhook-endpoints/{endpoint_id}/rotate-secret")["secret"]
    assert new != old
    test(platform, endpoint_id)
    job("DeliverWebhooks")
    books.plant("UPDATE ops.webhook_endpoints SET secret_rotated_at = secret_rotated_at - interval '24 hours'")
    test(platform, endpoint_id)
    job("DeliverWebhooks")

    both, one = receiver.received
    for secret in (old, new):
        Webhook(secret).verify(both.body, both.headers)
    Webhook(new).verify(one.body, one.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(one.body, one.headers)


FAILING = {
    "/500": (500, None),
    "/redirect": (302, None),
    "/busy": (429, None),
    "/drip": (None, "no answer in time"),
    "/garbage": (None, "the answer is not HTTP"),
}


def test_whatever_is_not_a_2xx_is_tried_again(
    platform: Caller, receivers: tuple[Receiver, Receiver], job: Job, books: Books
) -> None:
    receiver, stranger = receivers
    receiver.statuses["/500"] = 500
    expected = {endpoint(platform, receiver.url(path))[0]: answer for path, answer in FAILING.items()}
    expected[endpoint(platform, stranger.url())[0]] = (None, "TLS: unable to get local issuer certificate")
    mismatch = endpoint(platform, receiver.url(host="127.0.0.1"))[0]
    expected[mismatch] = (None, "TLS: IP address mismatch, certificate is not valid for '127.0.0.1'.")
    for endpoint_id in expected:
        test(platform, endpoint_id)

    assert job("DeliverWebhooks") == {"succeeded": 0, "failed": len(expected), "disabled": 0}

    for endpoint_id, answer in expected.items():
        (delivery,) = deliveries(platform, endpoint_id)
        assert (delivery["response_status"], delivery["error"]) == answer
        assert (delivery["status"], delivery["attempts"]) == ("pending", 1)
    waits = books.rows(
        "SELECT e.url, extract(EPOCH FROM d.next_attempt_at - clock_timestamp())::float AS seconds"
        " FROM ops.webhook_deliveries AS d INNER JOIN ops.webhook_endpoints AS e ON d.endpoint_id = e.id"
    )
    for row in waits:
        longest = 1100 if row["url"].endswith("/busy") else 5.5
        assert longest - 110 < row["seconds"] < longest, row
    assert not receiver.sent("/ok"), "a redirect was followed, or a name not compared"


def test_a_huge_answer_is_one_like_another(platform: Caller, receiver: Receiver, job: Job) -> None:
    endpoint_id, _ = endpoint(platform, receiver.url("/huge"))
    test(platform, endpoint_id)
    assert job("DeliverWebhooks")["succeeded"] == 1
    assert deliveries(platform, endpoint_id)[0]["response_body"] == "x" * 1024


def test_it_is_tried_ten_times_over_three_days_under_one_id(
    platform: Caller, receiver: Receiver, job: Job, books: Books
) -> None:
    receiver.statuses["/down"] = 503
    endpoint_id, secret = endpoint(platform, receiver.url("/down"))
    test(platform, endpoint_id)
    for hours in [0, 1, 1, 1, 3, 6, 12, 16, 22, 27, 30, 30]:
        pass_time(books, hours * 3600)
        job("DeliverWebhooks")

    assert len(receiver.received) == 10
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert len({one.body for one in receiver.received}) == 1
    for one in receiver.received:
        Webhook(secret).verify(one.body, one.headers)
    (delivery,) = deliveries(platform, endpoint_id)
    assert (delivery["status"], delivery["attempts"], delivery["next_attempt_at"]) == ("failed", 10, None)

    receiver.statuses.clear()
    again = platform.made(f"/v1/webhook-deliveries/{delivery['id']}/redeliver")
    assert (again["status"], again["attempts"], again["event_type"]) == ("pending", 0, "webhook_endpoint.test")
    assert job("DeliverWebhooks")["succeeded"] == 1
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1


def test_an_endpoint_that_is_gone_is_disabled_and_the_others_are_told(
    platform: Caller, receiver: Receiver, job: Job
) -> None:
    receiver.statuses["/gone"] = 410
    gone, _ = endpoint(platform, receiver.url("/gone"))
    endpoint(platform, receiver.url("/other"), "webhook_endpoint.disabled")
    test(platform, gone)
    test(platform, gone)

    assert job("DeliverWebhooks")["disabled"] == 1

    found = platform.get(f"/v1/webhook-endpoints/{gone}").json
    assert (found["status"], found["disabled_reason"]) == ("disabled", "gone")
    assert {one["status"] for one in deliveries(platform, gone)} == {"failed"}
    (told,) = receiver.sent("/other")
    event = json.loads(told.body)
    assert (event["type"], event["data"]["id"]) == ("webhook_endpoint.disabled", gone)
    answer = platform.post(f"/v1/webhook-endpoints/{gone}/test")
    assert (answer.status, answer.json["code"]) == (409, "wrong_state")


def test_five_days_of_nothing_but_failures_disable_an_endpoint(
    platform: Caller, receiver: Receiver, job: Job, books: Books
) -> None:
    receiver.statuses["/down"] = 500
    endpoint_id, _ = endpoint(platform, receiver.url("/down"))
    for day in range(6):
        test(platform, endpoint_id)
        job("DeliverWebhooks")
        assert platform.get(f"/v1/webhook-endpoints/{endpoint_id}").json["status"] == "enabled", day
        if day == 2:
            receiver.statuses["/down"] = 200
            test(platform, endpoint_id)
            job("DeliverWebhooks")
            assert platform.get(f"/v1/webhook-endpoints/{endpoint_id}").json["failing_since"] is None
            receiver.statuses["/down"] = 500
            test(platform, endpoint_id)
            job("DeliverWebhooks")
        pass_time(books, 86_400)
    pass_time(books, 3 * 86_400)
    test(platform, endpoint_id)
    assert job("DeliverWebhooks")["disabled"] == 1
    assert platform.get(f"/v1/webhook-endpoints/{endpoint_id}").json["disabled_reason"] == "failing"


def test_what_an_endpoint_missed_is_recovered(api: Api, platform: Caller, receiver: Receiver, job: Job) -> None:
    endpoint_id, _ = endpoint(platform, receiver.url(), "task.created")
    worker = new_worker(api, platform)
    since = "2026-01-01T00:00:00Z"
    path = f"/v1/webhook-endpoints/{endpoint_id}"
    new_task(platform, worker)
    job("DeliverWebhooks")
    platform.send("PATCH", path, {"is_enabled": False})
    new_task(platform, worker)
    assert platform.post(f"{path}/recover", {"since": since}).status == 409
    platform.send("PATCH", path, {"is_enabled": True})
    assert job("DeliverWebhooks")["succeeded"] == 0

    assert platform.made(f"{path}/recover", {"since": since}) == {"queued": 1}
    assert job("DeliverWebhooks")["succeeded"] == 1
    assert platform.made(f"{path}/recover", {"since": since}) == {"queued": 0}
    assert platform.made(f"{path}/recover", {"since": since, "events": "all"}) == {"queued": 2}
    assert job("DeliverWebhooks")["succeeded"] == 2
    assert platform.made(f"{path}/recover", {"since": "2100-01-01T00:00:00Z", "events": "all"}) == {"queued": 0}
    ids = [one.headers["webhook-id"] for one in receiver.received]
    assert (len(ids), len(set(ids))) == (4, 2)


def test_one_endpoint_has_so_many_at_a_time_and_delays_no_other(
    platform: Caller, receiver: Receiver, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_webhooks, "AT_ONCE", 12)
    monkeypatch.setattr(deliver_webhooks, "EACH", 3)
    slow, _ = endpoint(platform, receiver.url("/drip"))
    quick, _ = endpoint(platform, receiver.url("/quick"))
    for _ in range(20):
        test(platform, slow)
    for _ in range(20):
        test(platform, quick)
    monkeypatch.setattr("gigstream.job.SPENT", 0.02)  # time for the first round of the slow one, and no more
    job("DeliverWebhooks")
    assert len(receiver.sent("/quick")) == 20
    assert receiver.most["/drip"] <= 3
    assert receiver.most["/quick"] <= 3


def test_who_dies_between_sending_and_storing_sends_again_under_the_same_id(
    platform: Caller, receiver: Receiver, job: Job, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_id, _ = endpoint(platform, receiver.url())
    test(platform, endpoint_id)
    db.close()

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        patch.setattr("gigstream.queries.webhooks.store", die)
        process = forking.Process(target=job, args=("DeliverWebhooks",))
        process.start()
        process.join()
    assert process.exitcode == -signal.SIGKILL
    assert job("DeliverWebhooks") == {"succeeded": 0, "failed": 0, "disabled": 0}, "a lease was not respected"
    pass_time(books, 61)
    assert job("DeliverWebhooks")["succeeded"] == 1
    first, second = receiver.received
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)


def test_two_senders_share_what_is_due(platform: Caller, receiver: Receiver, books: Books) -> None:
    endpoint_id, _ = endpoint(platform, receiver.url())
    for _ in range(20):
        test(platform, endpoint_id)
    claims = [
        books.rows("SELECT id FROM ops.claim_deliveries(100, %s, '1 minute')", each, role="jobs") for each in (8, 8, 15)
    ]
    assert [len(claim) for claim in claims] == [8, 0, 7]
    assert len({row["id"] for claim in claims for row in claim}) == 15


def test_a_delivery_of_an_endpoint_that_was_deleted_meanwhile_is_forgotten(
    platform: Caller, receiver: Receiver, books: Books
) -> None:
    endpoint_id, _ = endpoint(platform, receiver.url())
    test(platform, endpoint_id)
    (claimed,) = books.rows("SELECT id FROM ops.claim_deliveries(1, 1, '1 minute')")
    assert platform.send("DELETE", f"/v1/webhook-endpoints/{endpoint_id}").status == 204
    stored = Jsonb([{"id": str(claimed["id"]), "succeeded": True, "gone": False, "latency_ms": 1}])
    assert books.value("SELECT ops.store_deliveries(%s)", stored) == 0
