"""Whatever is wrong with a request, it is a problem+json 4xx that names the field, and nothing is written.

Generated from the route table: a new route is tried as soon as the template names it.
"""

import inspect
import json
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from tests.conftest import Api
from tests.examples import BODIES, NO_TEXT, OPEN, WRONG, WRONG_CURSORS, WRONG_LIMITS, WRONG_TEXT
from tests.world import MODULES, RULES, World

from devstack.gateway import Answer
from gigstream.queries.base import Slice
from gigstream.web import Rule
from gigstream.wire import query_name


@pytest.fixture
def world(api: Api, connect: Callable[[str], psycopg.Connection]) -> Iterator[World]:
    world = World(api, connect)
    before = world.rows()
    yield world
    assert world.rows() == before, "something was written"


def assert_problem(answer: Answer, status: int, field: str | None = None, sent: object = None) -> None:
    assert answer.status == status, (sent, answer.body)
    assert answer.header("Content-Type") == "application/problem+json"
    problem = answer.json
    assert problem["status"] == status
    assert problem["request_id"] == answer.header("X-Request-Id")
    if field is not None:
        assert field in [error["field"] for error in problem["errors"]], (sent, problem)


def test_every_route_that_takes_a_body_has_an_example() -> None:
    takers = {name for name, module in MODULES.items() if "app.body(" in inspect.getsource(import_module(module))}
    assert takers == set(BODIES)


@pytest.mark.parametrize("name", BODIES)
def test_a_field_that_is_wrong_is_named(world: World, name: str) -> None:
    rule, good, (required, _) = RULES[name], world.body(name), BODIES[name]

    def refused(field: str, body: Any) -> None:
        assert_problem(world.send(rule, body), 422, field, body)

    for field in good:
        for wrong in WRONG[field]:
            refused(field, good | {field: wrong})
        for text in ('"\\u0000"', '"a\\ud800"', "NaN", "Infinity", "-Infinity", "1e400"):
            refused(field, json.dumps(good | {field: "?"}).replace('"?"', text))
        refused(f"{field}.x", json.dumps(good | {field: "?"}).replace('"?"', '{"x": NaN}'))
        refused(field, f'{json.dumps(good)[:-1]}, "{field}": null}}')
    for field in required:
        refused(field, good | {field: None})
        refused(field, {other: value for other, value in good.items() if other != field})
    if name not in OPEN:
        refused("surprise", good | {"surprise": 1})
        refused("__class__", good | {"__class__": 1})


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_json_object_is_refused(world: World, name: str) -> None:
    rule, good = RULES[name], json.dumps(world.body(name))
    for raw in [b"{", b"{'a': 1}", b'{"a": 1} x', b"\xef\xbb\xbf{}", b"[" * 20_000, b'{"a": ' * 20_000]:
        assert_problem(world.send(rule, raw), 400, sent=raw)
    for raw in [b"null", b"1", b'"text"', b"[]", b"[{}]"]:
        assert_problem(world.send(rule, raw), 422, "body", raw)
    assert_problem(world.send(rule, '{"a": ' * 40 + "1" + "}" * 40), 422)
    for media_type in ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"]:
        assert_problem(world.send(rule, good, headers={"Content-Type": media_type}), 415, sent=media_type)
    if BODIES[name][0] or rule.method == "PATCH":
        assert_problem(world.send(rule), 422)
    for size in (300_000, 8_000_000):
        assert_problem(world.send(rule, json.dumps({"name": "x" * size})), 413, sent=size)


@pytest.mark.parametrize("name", [name for name in BODIES if name.startswith("PATCH")])
def test_a_change_changes_something_and_to_something(world: World, name: str) -> None:
    assert_problem(world.send(RULES[name], {}), 422, "body")
    for field in world.body(name):
        assert_problem(world.send(RULES[name], {field: None}), 422, field)


def test_an_id_in_a_path_is_checked_and_looked_up(world: World) -> None:
    for name, rule in RULES.items():
        for parameter in re.findall(r"{(\w+)}", rule.path):
            for wrong in WRONG_TEXT:
                answer = world.send(rule, world.body(name), **{parameter: wrong})
                assert_problem(answer, 422, parameter, (name, wrong))
            assert_problem(world.send(rule, world.body(name), **{parameter: str(uuid4())}), 404, sent=name)


def test_a_query_parameter_is_known_right_and_given_once(world: World) -> None:
    for name, rule in RULES.items():
        wrong = {"surprise": ["1"], "limit": WRONG_LIMITS, "cursor": WRONG_CURSORS} | filters(rule)
        for field, values in wrong.items():
            for value in values:
                answer = world.send(rule, world.body(name), query=f"?{field}={quote(value, safe='%')}")
                assert_problem(answer, 422, field, (name, value))
            if field.endswith("[]"):
                continue
            assert_problem(world.send(rule, world.body(name), query=f"?{field}=1&{field}=1"), 422, field, name)


def filters(rule: Rule) -> dict[str, list[str]]:
    """The route's own query parameters; what is any text is wrong only where Postgres cannot hold it."""
    return {
        query_name(name, one.annotation): NO_TEXT if one.annotation == str | None else WRONG_TEXT
        for name, one in rule.parameters.items()
        if one.annotation is not Slice and f"{{{name}}}" not in rule.path
    }


def test_where_money_moves_an_idempotency_key_is_required(world: World) -> None:
    for name, rule in RULES.items():
        if rule.idempotency == "required":
            for key in ("", "x" * 256, "sch\u00f6n", "a\nb"):
                answer = world.send(rule, world.body(name), headers={"Idempotency-Key": key})
                assert_problem(answer, 422, "Idempotency-Key", (name, key))
            path = rule.path.format(**world.ids)
            credentials = (world.platform if rule.scope else world.worker).credentials
            answer = world.api.send(rule.method, path, world.body(name), **credentials)
            assert_problem(answer, 422, "Idempotency-Key", name)
