"""The gateway answers as API Gateway would, and hands handlers what API Gateway hands them."""

import json
import urllib.request
from typing import Any
from urllib.error import HTTPError

import psutil
import pytest

from devstack.gateway import BODY_LIMIT, Answer, Gateway
from devstack.server import WORKERS, serving
from devstack.template import Function

gateway = Gateway()
# Python 3.12 warns of a fork beside threads; these are pytest's, and wait.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The events that a stand-in for every handler receives."""
    events: list[dict[str, Any]] = []

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        assert 0 < context.get_remaining_time_in_millis() <= 15_000
        events.append(event)
        return {"statusCode": 200, "headers": {"X-Request-Id": context.aws_request_id}, "body": "{}"}

    monkeypatch.setattr(Function, "load", lambda _: handler)
    return events


def test_an_event_holds_what_chalice_reads(seen: list[dict[str, Any]]) -> None:
    body = '{"a": "ü"}'
    answer = gateway.request(
        "POST", "/v1/tasks/a%20b/start?x=1&x=2&y=", headers={"X-Api-Key": "k"}, body=body, ip="192.0.2.1"
    )
    assert answer.status == 200
    (event,) = seen
    assert event["requestContext"]["resourcePath"] == "/v1/tasks/{task_id}/start"
    assert event["requestContext"]["httpMethod"] == event["httpMethod"] == "POST"
    assert event["requestContext"]["identity"]["sourceIp"] == "192.0.2.1"
    assert event["pathParameters"] == {"task_id": "a b"}
    assert event["queryStringParameters"] == {"x": "2", "y": ""}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": [""]}
    assert event["headers"] == {"X-Api-Key": "k"}
    assert (event["body"], event["isBase64Encoded"], event["stageVariables"]) == (body, False, None)


def test_what_is_empty_is_null(seen: list[dict[str, Any]]) -> None:
    gateway.request("GET", "/v1/health")
    (event,) = seen
    names = ["pathParameters", "queryStringParameters", "multiValueQueryStringParameters", "body"]
    assert [event[name] for name in names] == [None] * 4


def test_a_fixed_path_wins_over_a_parameter(seen: list[dict[str, Any]]) -> None:
    gateway.request("POST", "/v1/platforms/register")
    assert seen[0]["resource"] == "/v1/platforms/register"


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/nothing"), ("PUT", "/v1/tasks"), ("OPTIONS", "/v1/nothing")])
def test_an_unknown_path_or_method_is_a_404(method: str, path: str) -> None:
    answer = gateway.request(method, path)
    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert answer.header("X-Request-Id") == answer.json["request_id"]
    assert answer.header("content-type") == "application/problem+json"


def test_a_body_beyond_the_limit_is_a_413(seen: list[dict[str, Any]]) -> None:
    assert gateway.request("POST", "/v1/tasks", body=b"x" * BODY_LIMIT).status == 200
    assert gateway.request("POST", "/v1/tasks", body=b"x" * (BODY_LIMIT + 1)).json["code"] == "payload_too_large"


def test_browsers_are_told_what_they_may_send() -> None:
    answer = gateway.request("OPTIONS", "/v1/tasks")
    assert answer.status == 200
    allowed = answer.header("Access-Control-Allow-Headers") or ""
    assert {"Authorization", "Content-Type", "Idempotency-Key", "X-API-Key"} == set(allowed.split(","))


def fetch(url: str, body: bytes | None = None) -> Answer:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=10) as reply:
            return Answer(reply.status, dict(reply.headers), reply.read())
    except HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read())


def test_over_http_and_through_the_death_of_a_worker(seen: list[dict[str, Any]]) -> None:
    with serving("127.0.0.1", 0) as servers:
        assert fetch(f"{servers.url}/v1/health").json == {}
        assert fetch(f"{servers.url}/v1/tasks", b"x" * (BODY_LIMIT + 100_000)).status == 413
        port = int(servers.url.rpartition(":")[2])
        worker = next(
            child
            for child in psutil.Process().children()
            if any(one.laddr.port == port for one in child.net_connections())
        )
        worker.kill()
        assert {fetch(f"{servers.url}/v1/health").status for _ in range(2 * WORKERS)} == {200}
    with pytest.raises(OSError, match="refused"):
        fetch(f"{servers.url}/v1/health")


def test_a_handler_that_crashes_is_a_503(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Function, "load", lambda _: 1 / 0)
    with serving("127.0.0.1", 0) as servers:
        answer = fetch(f"{servers.url}/v1/health")
    assert (answer.status, answer.json["code"], answer.header("Retry-After")) == (503, "unavailable", "5")
    assert json.loads(answer.body)["request_id"]
