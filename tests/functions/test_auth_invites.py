"""A platform invites a person; whoever accepts becomes its worker."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from tests.conftest import Api

from gigstream.auth import ApiKey, Secret

BOB = {"name": "Bob", "email": "bob@example.com", "password": "correct horse"}
LOGIN = {"email": BOB["email"], "password": BOB["password"]}

Connect = Callable[[str], psycopg.Connection]


@pytest.fixture
def platform(api: Api) -> dict[str, Any]:
    answer = api.post("/v1/platforms/register", {"name": "QuickTask", "contact_email": "ops@quicktask.example"})
    registered: dict[str, Any] = answer.json
    return registered


@pytest.fixture
def invite(connect: Connect, platform: dict[str, Any]) -> Callable[[str], str]:
    """Invite an e-mail address; the token."""

    def send(email: str) -> str:
        secret, conn = Secret.new(), connect("api")
        with conn.transaction():
            key_hash = ApiKey.parse(platform["api_key"]).hash
            conn.execute("SELECT ops.authenticate_key(%s, 'workers:write', NULL, NULL)", [key_hash])
            conn.execute("SELECT invite_worker(%s, 'Bob', %s)", [email, secret.hash])
        return secret.text

    return send


def members(connect: Connect) -> list[tuple[str, str]]:
    found = connect("auditor").execute("SELECT platform_id::text, worker_id::text FROM ops.memberships")
    return found.fetchall()


def test_registering_with_an_invite_joins_the_platform(
    api: Api, connect: Connect, platform: dict[str, Any], invite: Callable[[str], str]
) -> None:
    worker = api.post("/v1/auth/register", {**BOB, "invite_token": invite("Bob@Example.com")}).json
    assert members(connect) == [(platform["platform"]["id"], worker["worker_id"])]
    actions = connect("auditor").execute("SELECT action, actor_type FROM audit_logs ORDER BY id").fetchall()
    assert actions == [
        ("platform.registered", "platform"),
        ("worker.invited", "platform"),
        ("worker.registered", "worker"),
        ("invite.accepted", "worker"),
    ]


def test_signing_in_with_an_invite_joins_the_platform(api: Api, connect: Connect, invite: Callable[[str], str]) -> None:
    api.post("/v1/auth/register", BOB)
    assert members(connect) == []
    assert api.post("/v1/auth/login", LOGIN | {"invite_token": invite(BOB["email"])}).status == 200
    assert len(members(connect)) == 1


def test_an_invite_for_another_address_registers_nobody(
    api: Api, connect: Connect, invite: Callable[[str], str]
) -> None:
    answer = api.post("/v1/auth/register", {**BOB, "invite_token": invite("carol@example.com")})
    assert (answer.status, answer.json["code"]) == (422, "invite_invalid")
    assert [error["field"] for error in answer.json["errors"]] == ["invite_token"]
    assert connect("auditor").execute("SELECT count(*) FROM workers").fetchone() == (0,)


def test_an_invite_is_accepted_once(api: Api, invite: Callable[[str], str]) -> None:
    token = invite(BOB["email"])
    assert api.post("/v1/auth/register", {**BOB, "invite_token": token}).status == 201
    assert api.post("/v1/auth/login", LOGIN | {"invite_token": token}).json["code"] == "invite_invalid"


def test_an_unknown_invite_signs_nobody_in(api: Api) -> None:
    api.post("/v1/auth/register", BOB)
    answer = api.post("/v1/auth/login", LOGIN | {"invite_token": "made up"})
    assert (answer.status, answer.json["code"]) == (422, "invite_invalid")


def test_a_member_is_not_invited_again(api: Api, invite: Callable[[str], str]) -> None:
    api.post("/v1/auth/register", {**BOB, "invite_token": invite(BOB["email"])})
    with pytest.raises(psycopg.DatabaseError) as refused:
        invite("BOB@example.com")
    assert refused.value.sqlstate == "GS013"
