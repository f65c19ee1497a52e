"""The guard round a view: who may call, what comes in, what goes out, whatever the view does."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest

from gigstream import config, log
from gigstream.errors import InsufficientFunds
from gigstream.exchange import Exchange
from gigstream.queries.base import Slice, encode_cursor
from gigstream.tokens import access_token
from gigstream.web import Endpoint

WORKER = uuid4()
CONTEXT = SimpleNamespace(function_name="Test", aws_request_id="1")


def call(app: Endpoint, **changes: Any) -> dict[str, Any]:
    """Call an app with an event of its own route; `changes` replace the event's parts."""
    method = changes.pop("method", app.rule.method)
    event = {
        "headers": {},
        "pathParameters": None,
        "multiValueQueryStringParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {
            "resourcePath": app.rule.path,
            "httpMethod": method,
            "requestId": "request-1",
            "identity": {"sourceIp": "192.0.2.7"},
        },
    }
    answer: dict[str, Any] = app(event | changes, CONTEXT)
    return answer


def body(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])


def fields(answer: dict[str, Any]) -> list[str]:
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    return [error["field"] for error in body(answer)["errors"]]


def endpoint(view: Callable[..., Any], path: str = "/v1/things", **rule: Any) -> Endpoint:
    app = Endpoint("test")
    app.route(path, methods=["GET"], **({"public": True} | rule))(view)
    return app


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The layer's variables, without a database."""
    for name, value in {
        "JWT_SECRET": "s" * 32,
        "API_KEY_PEPPER": "p" * 32,
        "GIGSTREAM_MODE": "test",
        "CORS_ORIGINS": "https://app.example, https://admin.example",
    }.items():
        monkeypatch.setenv(name, value)
    config.settings.cache_clear()
    return monkeypatch


def worker_header() -> dict[str, str]:
    return {"authorization": f"Bearer {access_token(WORKER, uuid4())}"}


@dataclass(frozen=True, slots=True)
class Thing:
    id: UUID
    amount: Decimal


def test_a_reply_is_json_with_its_headers() -> None:
    answer = call(endpoint(lambda: Thing(WORKER, Decimal("1.5"))))
    assert (answer["statusCode"], body(answer)) == (200, {"id": str(WORKER), "amount": "1.500000"})
    assert answer["headers"] == {
        "X-Request-Id": "request-1",
        "GigStream-Version": "2026-11-22",
        "Cache-Control": "no-store",
        "Content-Type": "application/json",
    }


def test_nothing_to_say_is_204() -> None:
    answer = call(endpoint(lambda: None))
    assert (answer["statusCode"], answer["body"]) == (204, "")


def test_parameters_come_by_annotation() -> None:
    def view(thing_id: UUID, part: Slice, status: Literal["on", "off"] | None = None) -> object:
        return [thing_id, part.after, part.limit, status]

    app = endpoint(view, "/v1/things/{thing_id}")
    query = {"cursor": [encode_cursor(WORKER)], "limit": ["7"], "status": ["on"]}
    found = body(call(app, pathParameters={"thing_id": str(WORKER)}, multiValueQueryStringParameters=query))
    assert found == [str(WORKER), str(WORKER), 7, "on"]
    found = body(call(app, pathParameters={"thing_id": str(WORKER)}))
    assert found == [str(WORKER), str(Slice().after), 20, None]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"cursor": ["x"]}, "cursor"),
        ({"limit": ["0"]}, "limit"),
        ({"limit": ["101"]}, "limit"),
        ({"limit": ["-1"]}, "limit"),
        ({"limit": ["1e1"]}, "limit"),
        ({"limit": ["\u0663"]}, "limit"),
        ({"limit": ["5", "6"]}, "limit"),
        ({"status": ["broken"]}, "status"),
        ({"thing_id": [str(uuid4())]}, "thing_id"),
        ({"page": ["2"]}, "page"),
        ({"\ud800": ["2"]}, "\\ud800"),
    ],
)
def test_a_bad_query_parameter_is_named(query: dict[str, list[str]], field: str) -> None:
    def view(thing_id: UUID, part: Slice, status: Literal["on", "off"] | None = None) -> object:
        raise AssertionError("not called")

    app = endpoint(view, "/v1/things/{thing_id}")
    answer = call(app, pathParameters={"thing_id": str(WORKER)}, multiValueQueryStringParameters=query)
    assert (answer["statusCode"], fields(answer)) == (422, [field])


def test_a_bad_path_value_and_a_missing_parameter_are_named() -> None:
    def view(thing_id: UUID, day: str) -> object:
        raise AssertionError("not called")

    app = endpoint(view, "/v1/things/{thing_id}")
    assert fields(call(app, pathParameters={"thing_id": "12"})) == ["thing_id"]
    assert fields(call(app, pathParameters={"thing_id": str(WORKER)})) == ["day"]


def test_a_worker_is_himself_and_nobody_else() -> None:
    def view(worker_id: UUID) -> object:
        return worker_id

    app = endpoint(view, "/v1/workers/{worker_id}", public=False, worker=True)
    for name in ("me", str(WORKER)):
        assert body(call(app, headers=worker_header(), pathParameters={"worker_id": name})) == str(WORKER)
    stranger = call(app, headers=worker_header(), pathParameters={"worker_id": str(uuid4())})
    assert (stranger["statusCode"], body(stranger)["code"]) == (404, "not_found")
    nonsense = call(app, headers=worker_header(), pathParameters={"worker_id": "you"})
    assert fields(nonsense) == ["worker_id"]


def test_a_route_for_platforms_refuses_a_worker() -> None:
    answer = call(endpoint(lambda: None, public=False, scope="tasks:read"), headers=worker_header())
    assert (answer["statusCode"], body(answer)["code"]) == (403, "forbidden")


def test_a_route_of_test_mode_does_not_exist_in_live_mode(settings: pytest.MonkeyPatch) -> None:
    app = endpoint(lambda: None, test_only=True)
    assert call(app)["statusCode"] == 204
    settings.setenv("GIGSTREAM_MODE", "live")
    config.settings.cache_clear()
    assert call(app)["statusCode"] == 404


def test_an_error_is_a_problem() -> None:
    def view() -> None:
        raise InsufficientFunds("5.000000 USDC are short", fields={"amount": "is more than there is"})

    answer = call(endpoint(view))
    assert answer["statusCode"] == 409
    assert body(answer) == {
        "type": "urn:gigstream:error:insufficient_funds",
        "title": "The account does not hold enough.",
        "status": 409,
        "detail": "5.000000 USDC are short",
        "code": "insufficient_funds",
        "request_id": "request-1",
        "errors": [{"field": "amount", "message": "is more than there is"}],
    }


def test_a_bug_is_a_problem_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    def view() -> None:
        raise KeyError("hunter2")

    answer = call(endpoint(view))
    assert (answer["statusCode"], body(answer)["code"]) == (500, "internal_error")
    logged = capsys.readouterr().out
    assert "hunter2" not in answer["body"] + logged
    failed, request = (json.loads(line) for line in logged.splitlines())
    assert (failed["error"], failed["level"], failed["request_id"]) == ("KeyError", "ERROR", "request-1")
    assert (request["status"], request["path"], request["function"]) == (500, "/v1/things", "Test")


def test_a_line_of_the_log_masks_what_is_named_like_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    log.info("made", api_key="hunter2", tokens=3, path="/v1/things")
    line = json.loads(capsys.readouterr().out)
    assert (line["api_key"], line["tokens"], line["path"]) == ("***", 3, "/v1/things")


def test_an_answer_encoded_before_is_no_answer_to_another_result() -> None:
    request: Any = SimpleNamespace()
    exchange, one, other = Exchange(request), Thing(WORKER, Decimal(1)), Thing(WORKER, Decimal(2))
    assert [json.loads(exchange.encode(thing))["amount"] for thing in (one, one, other)] == [
        "1.000000",
        "1.000000",
        "2.000000",
    ]


def test_another_method_is_a_problem() -> None:
    answer = call(endpoint(lambda: None), method="DELETE")
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET")
    assert body(answer)["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("origin", "allowed"), [("https://app.example", True), ("https://evil.example", False), (None, False)]
)
def test_only_known_origins_may_read_the_answer(origin: str | None, allowed: bool) -> None:
    headers = call(endpoint(lambda: None), headers={"Origin": origin} if origin else {})["headers"]
    assert headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
    assert ("RateLimit" in headers.get("Access-Control-Expose-Headers", "")) is allowed


class Anything:
    """A model that takes any JSON."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    @classmethod
    def parse(cls, raw: bytes) -> "Anything":
        return cls(raw)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"body": "{}", "headers": {"Content-Type": "application/json; charset=utf-8"}}, 204),
        ({"body": "e30=", "isBase64Encoded": True, "headers": {"content-type": "APPLICATION/JSON"}}, 204),
        ({"body": "x", "isBase64Encoded": True, "headers": {"content-type": "application/json"}}, 400),
        ({"body": "{", "headers": {"content-type": "application/json"}}, 400),
        ({"body": None}, 204),
        ({"body": "\ud800", "headers": {"content-type": "application/json"}}, 400),
        ({"body": "{}"}, 415),
        ({"body": "a=1", "headers": {"content-type": "application/x-www-form-urlencoded"}}, 415),
        ({"body": " " * (256 * 1024 + 1), "headers": {"content-type": "application/json"}}, 413),
    ],
)
def test_a_body_is_json_and_not_too_large(changes: dict[str, Any], status: int) -> None:
    app = Endpoint("test")

    @app.route("/v1/things", methods=["GET"], public=True)
    def view() -> None:
        app.body(Anything)

    assert call(app, **changes)["statusCode"] == status


def test_the_rule_says_what_the_route_declares() -> None:
    def view(thing_id: UUID) -> None: ...

    app = Endpoint("test")
    app.route("/v1/things/{thing_id}/stop", methods=["POST"], scope="tasks:write", writes={"state"})(view)
    assert (app.rule.name, app.rule.scope) == ("POST /v1/things/{thing_id}/stop", "tasks:write")
    assert app.rule.idempotency == "optional"
    assert app.rule.writes == {"state"}
    assert list(app.rule.parameters) == ["thing_id"]
    app = Endpoint("test")
    app.route("/v1/auth/things", methods=["POST"], public=True)(lambda: None)
    assert app.rule.idempotency == "none"
