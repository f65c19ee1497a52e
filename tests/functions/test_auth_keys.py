"""Platforms register and call with an API key."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from tests.conftest import Api

from gigstream import config
from gigstream.auth import SCOPES, ApiKey
from gigstream.errors import Unauthenticated

QUICKTASK = {"name": "QuickTask", "contact_email": "ops@quicktask.example"}


def register(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.post("/v1/platforms/register", QUICKTASK | fields)
    assert answer.status == 201, answer.body
    registered: dict[str, Any] = answer.json
    return registered


def flipped(text: str, place: int) -> str:
    """With one character changed."""
    return text[:place] + ("a" if text[place] != "a" else "b") + text[place:][1:]


def test_a_platform_registers_and_its_key_has_all_scopes(api: Api) -> None:
    registered = register(api, webhook_url="https://quicktask.example/hooks")
    platform = registered["platform"]
    assert platform["wallet_address"] is None
    assert platform["webhook_url"] == "https://quicktask.example/hooks"
    assert registered["api_key"].startswith("gs_test_")
    me = api.get("/v1/auth/me", key=registered["api_key"]).json
    assert me == {
        "kind": "platform",
        "id": platform["id"],
        "name": "QuickTask",
        "email": "ops@quicktask.example",
        "scopes": list(SCOPES),
    }


def test_of_a_key_its_prefix_is_shown(api: Api, connect: Callable[[str], psycopg.Connection]) -> None:
    key = register(api)["api_key"]
    assert connect("auditor").execute("SELECT api_key FROM platforms").fetchone() == (key[:16],)


def test_nobody_registers_twice(api: Api) -> None:
    register(api)
    answer = api.post("/v1/platforms/register", QUICKTASK | {"contact_email": "OPS@quicktask.example"})
    assert (answer.status, answer.json["code"]) == (409, "email_taken")
    assert [error["field"] for error in answer.json["errors"]] == ["contact_email"]


def test_a_bad_registration_names_the_field(api: Api) -> None:
    bad: list[tuple[dict[str, Any], str]] = [
        ({"name": None}, "name"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"webhook_url": "http://quicktask.example"}, "webhook_url"),
        ({"webhook_url": "https://user@quicktask.example"}, "webhook_url"),
        ({"webhook_url": "https://quicktask.example:8443/"}, "webhook_url"),
        ({"wallet_address": "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"}, "wallet_address"),
        ({"is_active": True}, "is_active"),
    ]
    for fields, wrong in bad:
        answer = api.post("/v1/platforms/register", QUICKTASK | fields)
        assert answer.status == 422, fields
        assert [error["field"] for error in answer.json["errors"]] == [wrong]


def test_a_repeated_registration_does_not_show_the_key_again(api: Api) -> None:
    key = {"Idempotency-Key": "first try"}
    assert api.post("/v1/platforms/register", QUICKTASK, headers=key).status == 201
    again = api.post("/v1/platforms/register", QUICKTASK, headers=key)
    assert (again.status, again.json["code"]) == (409, "already_created")
    other = api.post("/v1/platforms/register", QUICKTASK | {"name": "Other"}, headers=key)
    assert (other.status, other.json["code"]) == (422, "idempotency_key_reused")


def test_what_is_no_key_is_refused_without_a_query(environment: pytest.MonkeyPatch) -> None:
    key = ApiKey.new()
    assert ApiKey.parse(key.text) == key
    mistyped = [flipped(key.text, place) for place in (3, 8, 30, len(key.text) - 1)]
    for text in [*mistyped, "", "gs_test_", "x" * 57, "gs_test_" + "\u00e9" * 49, "gs_test_" + "a" * 5000]:
        with pytest.raises(Unauthenticated):
            ApiKey.parse(text)


def test_keys_of_one_mode_are_strangers_in_the_other(environment: pytest.MonkeyPatch) -> None:
    key = ApiKey.new()
    environment.setenv("GIGSTREAM_MODE", "live")
    config.settings.cache_clear()
    assert ApiKey.new().text.startswith("gs_live_")
    with pytest.raises(Unauthenticated):
        ApiKey.parse(key.text)


def test_an_unknown_key_is_refused(api: Api) -> None:
    answer = api.get("/v1/auth/me", key=ApiKey.new().text)
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")


def test_a_route_for_workers_refuses_a_platform(api: Api) -> None:
    answer = api.post("/v1/auth/logout", key=register(api)["api_key"])
    assert (answer.status, answer.json["code"]) == (403, "forbidden")


def test_a_key_and_a_token_together_are_refused(api: Api) -> None:
    assert api.get("/v1/auth/me", key=register(api)["api_key"], token="x").status == 401


def test_a_key_does_what_its_scopes_say(api: Api, connect: Callable[[str], psycopg.Connection]) -> None:
    key_hash, conn = ApiKey.parse(register(api)["api_key"]).hash, connect("api")
    for scope in ("tasks:write", "*"):
        conn.execute("SELECT ops.authenticate_key(%s, %s, NULL, NULL)", [key_hash, scope])
    for other in ("tasks:admin", None):
        with pytest.raises(psycopg.DatabaseError) as refused:
            conn.execute("SELECT ops.authenticate_key(%s, %s, NULL, NULL)", [key_hash, other])
        assert refused.value.sqlstate == "GS003"
