"""The API's document says what template and code say, is valid, and its examples are what they are examples of."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate
from pydantic import BaseModel
from referencing import Registry, Resource
from standardwebhooks import WebhookVerificationError

from devstack.openapi import committed, naming, values, words
from devstack.openapi.document import Operation, document
from devstack.openapi.events import EVENTS, VERIFYING
from devstack.openapi.examples import example, fits
from devstack.openapi.failures import NEVER_ANSWERED
from devstack.openapi.schemas import MONEY, Schemas
from devstack.postgres import CHECKOUT
from devstack.template import Template
from gigstream import clock, signing
from gigstream.errors import ALL, Invalid
from gigstream.queries.base import Page
from gigstream.queries.webhooks import EventType, SentType

DOCUMENT = document()
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


def errors(schema: Any, value: Any) -> list[str]:
    """What the schema, as a part of the document, says against a value."""
    registry: Registry[Any] = Registry().with_resource("urn:api", Resource.opaque(DOCUMENT))
    rebased = json.loads(json.dumps(schema).replace('"#/', '"urn:api#/'))
    validator = Draft202012Validator(rebased, registry=registry, format_checker=FormatChecker())
    return [error.message for error in validator.iter_errors(value)]


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = DOCUMENT
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What it takes and what it may answer: where, media type, what the document says of it."""
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield "body", media_type, content
    for status, response in operation["responses"].items():
        for media_type, content in resolved(response).get("content", {}).items():
            yield status, media_type, content


@pytest.mark.parametrize("file", committed.texts(), ids=lambda file: file.name)
def test_what_is_served_is_what_the_code_says(file: Path) -> None:
    assert file.read_text() == committed.texts()[file], "gigstream openapi --write"


def test_the_document_is_valid() -> None:
    validate(DOCUMENT)


def test_every_route_of_the_template_is_an_operation_and_every_operation_a_route() -> None:
    assert set(OPERATIONS) == {f"{route.method} {route.path}" for route in Template().routes}


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does() -> None:
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert sorted(set(ids)) == sorted(ids)
    for name, operation in OPERATIONS.items():
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["operationId"].isidentifier(), name


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_example_is_one(name: str) -> None:
    operation = OPERATIONS[name]
    for parameter in operation["parameters"]:
        assert errors(parameter["schema"], parameter["example"]) == [], parameter
    for where, media_type, content in contents(operation):
        shown = [content["example"]] if "example" in content else []
        shown += [resolved(one)["value"] for one in content.get("examples", {}).values()]
        assert shown, (where, media_type)
        for value in shown:
            assert errors(content["schema"], value) == [], (where, value)


def strings(value: Any) -> Iterator[str]:
    """Every text in a value, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def texts(schema: dict[str, Any], value: Any, where: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Every text of an example with the schema that holds for it: where, schema, text. Free objects are left alone."""
    schema = resolved(schema)
    for choice in map(resolved, schema.get("anyOf", [schema])):
        if isinstance(value, str) and fits(value, choice):
            yield where, choice, value
            return
        if isinstance(value, dict):
            for name, one in choice.get("properties", {}).items():
                if name in value:
                    yield from texts(one, value[name], f"{where}.{name}")
        elif isinstance(value, list):
            for one in value:
                yield from texts(choice.get("items", {}), one, where)


WRITTEN = set(strings([dict(values.FIELDS), *values.OBJECTS.values(), *values.ANSWERS.values()]))
TEXTS = [
    found
    for name, operation in OPERATIONS.items()
    for status, media_type, content in contents(operation)
    if status < "3" and media_type == "application/json"
    for found in texts(content["schema"], content["example"], f"{name} {status}")
]


def test_somebody_has_written_every_text_of_the_examples() -> None:
    assert len(TEXTS) > 500
    free = [(where, text) for where, schema, text in TEXTS if not {"enum", "const", "format"} & set(schema)]
    made_up = {where for where, text in free if text not in WRITTEN and not re.fullmatch(r"-?\d+\.\d{6}", text)}
    assert made_up == set(), "give them values in infra/devstack/openapi/values.py"


def test_only_an_amount_looks_like_one() -> None:
    wrong = [where for where, schema, text in TEXTS if re.fullmatch(r"-?\d+\.\d{6}", text) and not is_money(schema)]
    assert wrong == []


def is_money(schema: dict[str, Any]) -> bool:
    return bool(schema.get("pattern") == MONEY["pattern"])


@pytest.mark.parametrize("table", [values.OBJECTS, words.AREAS, values.ANSWERS], ids=["objects", "areas", "answers"])
def test_what_is_written_by_hand_is_about_something(table: dict[str, Any]) -> None:
    known = set(DOCUMENT["components"]["schemas"])
    known |= {operation["operationId"] for operation in OPERATIONS.values()}
    known |= {Operation.of(route).area for route in Template().routes}
    assert set(table) <= known


def test_figures_of_one_object_fit_each_other() -> None:
    loan, quote = values.OBJECTS["Loan"], values.OBJECTS["LoanOffer"]
    for one in (loan, quote):
        assert Decimal(one["amount"]) + Decimal(one["fee"]) == Decimal(one["total_due"])
    for one in (loan, values.OBJECTS["RepaidLoan"]):
        assert Decimal(one["total_due"]) - Decimal(one["amount_repaid"]) == Decimal(one["owed"])
    for change in ({}, values.ANSWERS["create_stream"], values.ANSWERS["top_up_stream"]):
        stream = {**values.OBJECTS["Stream"], **change}
        left = Decimal(stream["total_amount"]) - Decimal(stream["released_amount"])
        assert left == Decimal(stream["remaining_amount"])
    for name, total in (("Risk", "risk_score"), ("Reputation", None)):
        points = sum(factor["points"] for factor in values.OBJECTS[name]["factors"])
        assert points == (values.OBJECTS[name][total] if total else values.FIELDS["score"])


def test_a_body_must_be_sent_where_none_is_refused() -> None:
    for route in Template().routes:
        operation, said = Operation.of(route), OPERATIONS[f"{route.method} {route.path}"]
        if operation.model is not None:
            taken = True
            try:
                operation.model.parse(b"{}")  # type: ignore[attr-defined]
            except Invalid:
                taken = False
            assert said["requestBody"]["required"] == (not taken), said["operationId"]


def test_every_event_is_a_webhook() -> None:
    assert set(EVENTS) == {*get_args(EventType), "webhook_endpoint.test"} - {"*"} == set(get_args(SentType))
    assert set(DOCUMENT["webhooks"]) == set(EVENTS)
    for name, sent in DOCUMENT["webhooks"].items():
        body = sent["post"]["requestBody"]["content"]["application/json"]
        assert errors(body["schema"], body["example"]) == []
        assert errors(body["schema"], body["example"] | {"type": "something.else"}) != []
        assert [each["name"] for each in sent["post"]["parameters"]] == [
            "webhook-id", "webhook-timestamp", "webhook-signature"
        ], name  # fmt: skip


def test_the_page_verifies_a_signature_as_it_is_made() -> None:
    names: dict[str, Any] = {}
    exec(VERIFYING, names)
    secret, event_id, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "an id", b'{"type": "task.completed"}'
    now = int(clock.now().timestamp())
    signature = signing.sign(b64decode(secret.removeprefix("whsec_")), event_id, now, body)
    headers = {"webhook-id": event_id, "webhook-timestamp": str(now), "webhook-signature": signature}
    assert names["receive"](secret, body, headers) == {"type": "task.completed"}
    with pytest.raises(WebhookVerificationError):
        names["receive"](secret, body + b" ", headers)


def test_every_area_is_described() -> None:
    assert {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]} == {
        operation["tags"][0] for operation in OPERATIONS.values()
    }
    assert set(words.AREAS) == {Operation.of(route).area for route in Template().routes}


def test_what_the_code_declares_is_said() -> None:
    for route in Template().routes:
        rule, said = Operation.of(route).rule, OPERATIONS[f"{route.method} {route.path}"]
        keys = [one["required"] for one in said["parameters"] if one["name"] == "Idempotency-Key" and "required" in one]
        assert keys == [True] * (rule.idempotency == "required")
        assert said.get("x-test-only", False) == rule.test_only
        granted = [name for scheme in said["security"] for name in scheme]
        assert granted == ["ApiKey"] * (rule.scope is not None) + ["AccessToken"] * rule.worker
        assert ("requestBody" in said) == (Operation.of(route).model is not None)


def test_every_error_that_can_be_answered_has_an_example_and_an_operation() -> None:
    codes = {error.code for error in ALL} - {error.code for error in NEVER_ANSWERED}
    assert set(DOCUMENT["components"]["examples"]) == codes
    listed = {
        code
        for operation in OPERATIONS.values()
        for where, _, content in contents(operation)
        if where > "3" and where != "body"
        for code in content["examples"]
    }
    assert listed == codes


@pytest.mark.parametrize(
    ("method", "path", "stem", "is_list", "name"),
    [
        ("POST", "/v1/tasks", "create", False, "create_task"),
        ("POST", "/v1/workers", "invite", False, "invite_worker"),
        ("POST", "/v1/tasks/{task_id}/complete", "complete", False, "complete_task"),
        ("POST", "/v1/streams/{stream_id}/top-up", "top_up", False, "top_up_stream"),
        ("GET", "/v1/workers/{worker_id}/reputation/events", "events", True, "list_worker_reputation_events"),
        ("POST", "/v1/workers/{worker_id}/reputation/events/{event_id}/appeal", "appeal", False,
         "appeal_worker_reputation_event"),
        ("POST", "/v1/webhook-endpoints/{endpoint_id}/rotate-secret", "rotate", False,
         "rotate_webhook_endpoint_secret"),
        ("POST", "/v1/webhook-deliveries/{delivery_id}/redeliver", "redeliver", False, "redeliver_webhook_delivery"),
        ("POST", "/v1/workers/{worker_id}/withdrawals", "withdraw", False, "withdraw_worker_withdrawal"),
        ("GET", "/v1/ledger/accounts/{account_id}", "get", False, "get_ledger_account"),
        ("DELETE", "/v1/api-keys/{key_id}", "delete", False, "delete_api_key"),
        ("PATCH", "/v1/webhook-endpoints/{endpoint_id}", "patch", False, "update_webhook_endpoint"),
        ("POST", "/v1/auth/wallet-login", "wallet_login", False, "auth_wallet_login"),
    ],
)  # fmt: skip
def test_an_operation_is_named_as_one_would_say_it(method: str, path: str, stem: str, is_list: bool, name: str) -> None:
    assert naming.operation(method, path, stem, is_list=is_list) == name


@dataclass(frozen=True, slots=True)
class Inner:
    amount: Decimal
    due: date | None


@dataclass(frozen=True, slots=True)
class Outer:
    """What a reply may hold."""

    id: UUID
    at: datetime
    inner: Inner | None
    many: list[Inner]
    kind: Literal["a", "b"]
    choice: Inner | UUID | None
    free: dict[str, Any]
    counts: dict[str, int]
    noted: Annotated[str, "a note"]


def test_a_type_becomes_a_schema_and_an_example_of_it() -> None:
    schemas = Schemas()
    schema = schemas.of(Page[Outer])
    assert schema == {"$ref": "#/components/schemas/TestOpenapiOuterPage"}
    outer = schemas.components["TestOpenapiOuter"]
    assert outer["required"] == list(outer["properties"])
    assert outer["additionalProperties"] is False
    inner = {"$ref": "#/components/schemas/TestOpenapiInner"}
    assert outer["properties"]["inner"] == {"anyOf": [inner, {"type": "null"}]}
    made = {"$defs": schemas.components, **schema}
    text = json.dumps(made).replace("#/components/schemas/", "#/$defs/")
    Draft202012Validator(json.loads(text)).validate(example(schema, schemas.components))
    with pytest.raises(TypeError, match="no schema for"):
        schemas.of(Path)


class Line(BaseModel):
    amount: int


class Order(BaseModel):
    """What a body may hold."""

    lines: list[Line]
    first: Line | None = None


def test_the_models_inside_a_body_are_components_too() -> None:
    schemas = Schemas()
    assert schemas.body(Order) == {"$ref": "#/components/schemas/TestOpenapiOrder"}
    line = {"$ref": "#/components/schemas/TestOpenapiLine"}
    assert schemas.components["TestOpenapiOrder"]["properties"]["lines"]["items"] == line
    assert schemas.body(Line) == line
    assert set(schemas.components) == {"TestOpenapiOrder", "TestOpenapiLine"}


def test_two_classes_of_one_name_are_two_components() -> None:
    schemas = Schemas()
    twin: Any = dataclass(
        type("Inner", (), {"__annotations__": {"other": int}, "__module__": "api.test_openapis.twin"})
    )
    assert schemas.of(Inner) != schemas.of(twin)


def test_the_page_shows_every_operation_and_needs_nothing_else() -> None:
    page = committed.texts()[committed.PAGE]
    for operation in OPERATIONS.values():
        assert page.count(f'id="{operation["operationId"]}"') == 1
        assert f'href="#{operation["operationId"]}"' in page
    for event in EVENTS:
        assert f"<code>{event}</code>" in page
    (signed,) = re.findall(r'<article id="report_task_completed">.*?</article>', page, re.DOTALL)
    for header in ("webhook-secret-id: ", "webhook-timestamp: ", "webhook-signature: v1,", "Idempotency-Key: "):
        assert header in signed[signed.index("curl ") :]
    for foreign in ("<script", "<link", "<img", "@import", "url(", 'style="'):
        assert foreign not in page
    assert (CHECKOUT / "infra/devstack/openapi/page.css").read_text() in page
