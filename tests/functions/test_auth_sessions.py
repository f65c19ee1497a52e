"""Workers sign up, in and out; sessions go on by refresh tokens that work once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from tests.conftest import Api

from gigstream import passwords

Connect = Callable[[str], psycopg.Connection]
ALICE = {"name": "Alice", "email": "alice@example.com", "password": "correct horse"}
WALLET = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


def register(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.post("/v1/auth/register", ALICE | fields)
    assert answer.status == 201, answer.body
    tokens: dict[str, Any] = answer.json
    return tokens


def is_signed_in(api: Api, tokens: dict[str, Any]) -> bool:
    return api.get("/v1/auth/me", token=tokens["access_token"]).status == 200


def test_a_worker_registers_and_is_signed_in(api: Api) -> None:
    tokens = register(api)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    me = api.get("/v1/auth/me", token=tokens["access_token"])
    assert me.json == {
        "kind": "worker",
        "id": tokens["worker_id"],
        "name": "Alice",
        "email": "alice@example.com",
        "scopes": None,
    }


def test_of_a_password_a_hash_is_kept(api: Api, connect: Connect) -> None:
    tokens = register(api)
    row = (
        connect("api").execute("SELECT worker_id::text, password_hash FROM credentials('alice@example.com')").fetchone()
    )
    assert row is not None
    assert row[0] == tokens["worker_id"]
    assert row[1].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(ALICE["password"], row[1])


def test_registering_and_signing_in_are_audited(api: Api, connect: Connect) -> None:
    tokens = register(api)
    api.post("/v1/auth/login", {"email": ALICE["email"], "password": ALICE["password"]}, headers={"User-Agent": "curl"})
    rows = connect("auditor").execute(
        "SELECT action, actor_type, actor_id::text, host(ip_address), user_agent FROM audit_logs ORDER BY id"
    )
    assert rows.fetchall() == [
        ("worker.registered", "worker", tokens["worker_id"], "127.0.0.1", None),
        ("worker.signed_in", "worker", tokens["worker_id"], "127.0.0.1", "curl"),
    ]


def test_nobody_registers_twice(api: Api) -> None:
    register(api)
    answer = api.post("/v1/auth/register", ALICE | {"email": "ALICE@example.com"})
    assert (answer.status, answer.json["code"]) == (409, "email_taken")
    assert [error["field"] for error in answer.json["errors"]] == ["email"]


def test_a_worker_signs_in_whatever_the_case_of_the_address(api: Api) -> None:
    register(api)
    answer = api.post("/v1/auth/login", {"email": "Alice@Example.COM", "password": ALICE["password"]})
    assert answer.status == 200
    assert is_signed_in(api, answer.json)


def test_signing_in_does_not_say_what_was_wrong(api: Api) -> None:
    register(api)
    wrong_password = api.post("/v1/auth/login", {"email": ALICE["email"], "password": "wrong horse"})
    unknown_address = api.post("/v1/auth/login", {"email": "bob@example.com", "password": "wrong horse"})
    assert wrong_password.status == unknown_address.status == 401
    assert wrong_password.json | {"request_id": ""} == unknown_address.json | {"request_id": ""}


def test_an_unknown_address_costs_a_verification_too(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str | None] = []

    def matches(password: str, kept: str | None) -> bool:
        checked.append(kept)
        return False

    monkeypatch.setattr(passwords, "matches", matches)
    api.post("/v1/auth/login", {"email": "bob@example.com", "password": "wrong horse"})
    assert checked == [None]


def test_a_session_goes_on_with_its_newest_refresh_token(api: Api) -> None:
    first = register(api)
    second = api.post("/v1/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert second.status == 200
    assert second.json["refresh_token"] != first["refresh_token"]
    third = api.post("/v1/auth/refresh", {"refresh_token": second.json["refresh_token"]})
    assert third.status == 200
    assert is_signed_in(api, third.json)


def test_a_refresh_token_used_twice_ends_its_session_and_no_other(api: Api) -> None:
    first = register(api)
    elsewhere = api.post("/v1/auth/login", {"email": ALICE["email"], "password": ALICE["password"]}).json
    second = api.post("/v1/auth/refresh", {"refresh_token": first["refresh_token"]}).json
    again = api.post("/v1/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert (again.status, again.json["code"]) == (401, "session_expired")
    assert api.post("/v1/auth/refresh", {"refresh_token": second["refresh_token"]}).status == 401
    assert not is_signed_in(api, second)
    assert is_signed_in(api, elsewhere)


@pytest.mark.parametrize("ending", ["refresh_session(sha256('a'), sha256('x'))", "sign_out()"])
def test_a_session_that_is_being_refreshed_ends_as_well(api: Api, connect: Connect, ending: str) -> None:
    """Whoever ends it waits for the token that is being made, and takes that too."""
    tokens = register(api)
    owner, refresher, ender = connect("owner"), connect("api"), connect("api")
    row = owner.execute("UPDATE ops.refresh_tokens SET token_hash = sha256('a') RETURNING session_id::text").fetchone()
    assert row is not None
    for name, value in [("tenant_kind", "worker"), ("tenant", tokens["worker_id"]), ("session", row[0])]:
        ender.execute("SELECT set_config('gigstream.' || %s, %s, FALSE)", [name, value])
    refresher.execute("SELECT refresh_session(sha256('a'), sha256('b'))")
    with ThreadPoolExecutor(1) as pool, refresher.transaction():
        refresher.execute("SELECT refresh_session(sha256('b'), sha256('c'))")
        ended = pool.submit(ender.execute, f"SELECT {ending}")
        while owner.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() == (0,):
            assert not ended.done()
    ended.result()
    live = owner.execute("SELECT count(*) FROM ops.refresh_tokens WHERE revoked_at IS NULL").fetchone()
    assert live == (0,)
    assert not is_signed_in(api, tokens)


def test_an_unknown_refresh_token_is_refused(api: Api) -> None:
    answer = api.post("/v1/auth/refresh", {"refresh_token": "made up"})
    assert (answer.status, answer.json["code"]) == (401, "session_expired")


def test_a_session_ends_however_often_it_is_refreshed(api: Api, connect: Connect) -> None:
    owner, tokens = connect("owner"), register(api)

    def after_six_days() -> Any:
        owner.execute(
            "UPDATE ops.refresh_tokens SET expires_at = expires_at - d, session_ends_at = session_ends_at - d"
            " FROM (VALUES (interval '6 days')) AS t (d)"
        )
        return api.post("/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})

    for _ in range(4):
        answer = after_six_days()
        assert answer.status == 200
        tokens = answer.json
    assert is_signed_in(api, tokens)
    assert after_six_days().json["code"] == "session_expired", "thirty days are over"
    assert not is_signed_in(api, tokens)


def test_a_session_ends_with_its_last_token(api: Api, connect: Connect) -> None:
    tokens = register(api)
    connect("owner").execute("UPDATE ops.refresh_tokens SET expires_at = clock_timestamp()")
    assert not is_signed_in(api, tokens)


def test_signing_out_ends_the_session_at_once(api: Api) -> None:
    tokens = register(api)
    answer = api.post("/v1/auth/logout", token=tokens["access_token"])
    assert (answer.status, answer.body) == (204, b"")
    assert not is_signed_in(api, tokens)
    assert api.post("/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]}).status == 401
    assert api.post("/v1/auth/logout", token=tokens["access_token"]).status == 401


def test_a_bad_registration_names_the_field(api: Api) -> None:
    bad: list[tuple[dict[str, Any], str]] = [
        ({"name": ""}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"email": "alice"}, "email"),
        ({"email": "a b@example.com"}, "email"),
        ({"email": None}, "email"),
        ({"password": "seven c"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"wallet_address": WALLET}, "wallet_address"),
        ({"wallet": WALLET}, "wallet"),
        ({"wallet": {"message": "hello", "signature": "0x" + 65 * "00"}}, "wallet.message"),
        ({"invite_token": ""}, "invite_token"),
        ({"role": "admin"}, "role"),
        ({"nested": {"name": "a\0b"}}, "nested.name"),
    ]
    for fields, wrong in bad:
        answer = api.post("/v1/auth/register", ALICE | fields)
        assert answer.status == 422, fields
        assert [error["field"] for error in answer.json["errors"]] == [wrong]


def test_a_missing_field_is_named(api: Api) -> None:
    for missing in ALICE:
        answer = api.post("/v1/auth/register", {name: value for name, value in ALICE.items() if name != missing})
        assert answer.json["errors"] == [{"field": missing, "message": "is required"}]
