"""Who may call what, for every route of the template, by its row of the route table."""

import re
from collections.abc import Callable

import psycopg
import pytest
from tests.conftest import Api
from tests.people import new_platform, new_worker
from tests.world import RULES, World

from devstack.gateway import Answer
from gigstream import db
from gigstream.auth import SCOPES, ApiKey
from gigstream.queries import auth, requests
from gigstream.web import ANY_SCOPE

PRIVATE = {name: rule for name, rule in RULES.items() if not rule.public and not rule.verify}


@pytest.fixture
def world(api: Api, connect: Callable[[str], psycopg.Connection]) -> World:
    return World(api, connect)


def key_with(scopes: list[str]) -> str:
    """The key of a new platform, which may do nothing else."""
    key = ApiKey.new()
    register = auth.register_platform(
        name="Narrow",
        contact_email=f"{key.prefix}@example.com",
        webhook_url=None,
        wallet=None,
        key_prefix=key.prefix,
        key_hash=key.hash,
        scopes=scopes,
    )
    db.write(db.Session("api", authenticate=requests.act_as_nobody("127.0.0.1", None)), register)
    return key.text


def test_nobody_gets_in_without_credentials(world: World) -> None:
    for name, rule in PRIVATE.items():
        for credentials in [{"token": ""}, {"token": "x.y.z"}, {"key": "gs_test_x"}, {"key": ApiKey.new().text}]:
            answer = world.send(rule, world.body(name), credentials=credentials)
            assert (answer.status, answer.json["code"]) == (401, "unauthenticated"), name


def test_a_route_is_for_those_it_names(world: World) -> None:
    for name, rule in PRIVATE.items():
        for allowed, who in [(rule.scope is not None, world.platform), (rule.worker, world.worker)]:
            answer = world.send(rule, world.body(name), credentials=who.credentials)
            assert (answer.status != 403) == allowed, (name, answer.body)


def test_a_key_does_what_its_scopes_name_and_nothing_else(world: World) -> None:
    scoped = {name: rule for name, rule in PRIVATE.items() if rule.scope not in {None, ANY_SCOPE}}
    for scope in SCOPES:
        key = key_with([scope])
        for name, rule in scoped.items():
            answer: Answer = world.send(rule, world.body(name), credentials={"key": key})
            assert (answer.status != 403) == (rule.scope == scope), (name, scope, answer.body)


def test_a_read_asks_for_a_right_to_read_and_a_write_for_one_to_write() -> None:
    for name, rule in PRIVATE.items():
        if rule.scope not in {None, ANY_SCOPE}:
            assert str(rule.scope).endswith(":read" if rule.method == "GET" else ":write"), name
            assert bool(rule.writes) == (rule.method != "GET"), name


def test_what_is_another_tenants_is_not_there(world: World) -> None:
    platform, worker = new_platform(world.api), new_worker(world.api, world.platform)
    before = world.rows()
    tried = 0
    for name, rule in PRIVATE.items():
        if re.search(r"{\w+}", rule.path):
            for allowed, who in [(rule.scope is not None, platform), (rule.worker, worker)]:
                answer = world.send(rule, world.body(name), credentials=who.credentials)
                assert answer.status == (404 if allowed else 403), (name, answer.body)
                tried += allowed
    assert tried >= 40
    assert world.rows() == before
