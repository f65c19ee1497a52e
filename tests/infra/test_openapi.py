"""The API's document says what template and code say, is valid, and its examples are what they are examples of."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate
from pydantic import BaseModel
from referencing import Registry, Resource

from devstack.openapi import committed, naming
from devstack.openapi.document import Operation, document
from devstack.openapi.examples import example
from devstack.openapi.schemas import Schemas
from devstack.postgres import CHECKOUT
from devstack.template import Template
from gigstream.errors import ALL
from gigstream.queries.base import Page

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


def test_what_the_code_declares_is_said() -> None:
    for route in Template().routes:
        rule, said = Operation.of(route).rule, OPERATIONS[f"{route.method} {route.path}"]
        keys = [one["required"] for one in said["parameters"] if one["name"] == "Idempotency-Key" and "required" in one]
        assert keys == [True] * (rule.idempotency == "required")
        assert said.get("x-test-only", False) == rule.test_only
        granted = [name for scheme in said["security"] for name in scheme]
        assert granted == ["ApiKey"] * (rule.scope is not None) + ["AccessToken"] * rule.worker
        assert ("requestBody" in said) == (Operation.of(route).model is not None)


def test_every_error_has_an_example() -> None:
    assert set(DOCUMENT["components"]["examples"]) == {error.code for error in ALL}


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
    for foreign in ("<script", "<link", "<img", "@import", "url(", 'style="'):
        assert foreign not in page
    assert (CHECKOUT / "infra/devstack/openapi/page.css").read_text() in page
