"""A platform's keys: made with less than the maker may, seen by their prefix, replaced with an overlap, revoked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from tests.books import refused
from tests.conftest import Api
from tests.people import Caller, new_platform

from gigstream.auth import SCOPES, ApiKey

Connect = Callable[[str], psycopg.Connection]


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api, funds=None)


def make(platform: Caller, *scopes: str, **fields: Any) -> dict[str, Any]:
    """A new key and what is known of it."""
    made: dict[str, Any] = platform.made("/v1/api-keys", {"name": "a key", "scopes": list(scopes), **fields})
    return made


def using(platform: Caller, made: dict[str, Any]) -> Caller:
    return Caller(platform.api, platform.path, key=made["api_key"])


def opens(platform: Caller, made: dict[str, Any]) -> bool:
    return using(platform, made).get("/v1/auth/me").status == 200


def listed(platform: Caller) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = platform.get("/v1/api-keys").json["data"]
    return keys


def age(connect: Connect, key_id: str, **ago: int) -> None:
    """As if the key had been made so long before."""
    connect("owner").execute(
        "UPDATE ops.api_keys SET created_at = created_at - %(ago)s, expires_at = expires_at - %(ago)s"
        " WHERE id = %(id)s",
        {"ago": timedelta(**ago), "id": key_id},
    )


def test_a_key_is_made_and_does_what_its_scopes_say(platform: Caller) -> None:
    year = datetime.now(UTC).year + 2
    made = make(platform, "tasks:read", "keys:read", name="reporting", expires_at=f"{year}-01-01T00:00:00+01:00")
    assert made["key"] == {
        "id": made["key"]["id"],
        "prefix": made["api_key"][:16],
        "name": "reporting",
        "scopes": ["tasks:read", "keys:read"],
        "created_at": made["key"]["created_at"],
        "expires_at": f"{year - 1}-12-31T23:00:00Z",
        "revoked_at": None,
        "replaced_by": None,
        "last_used_at": None,
    }
    narrow = using(platform, made)
    assert narrow.get("/v1/auth/me").json["scopes"] == ["tasks:read", "keys:read"]
    assert narrow.get("/v1/tasks").status == 200
    assert narrow.get("/v1/transactions").status == 403
    assert narrow.post("/v1/api-keys", {"name": "more", "scopes": ["tasks:read"]}).status == 403


def test_the_list_shows_what_may_be_shown_newest_first(platform: Caller) -> None:
    made = [make(platform, "tasks:read", name=f"key {number}") for number in range(3)]
    page = platform.get("/v1/api-keys?limit=2").json
    rest = platform.get(f"/v1/api-keys?limit=2&cursor={page['next_cursor']}").json
    assert [key["name"] for key in page["data"] + rest["data"]] == ["key 2", "key 1", "key 0", "first key"]
    assert rest["next_cursor"] is None
    shown = platform.get("/v1/api-keys").body.decode()
    assert not [one for one in made if one["api_key"] in shown]
    assert "hash" not in shown


def test_a_platform_sees_and_touches_its_own_keys_only(api: Api, platform: Caller) -> None:
    made, other = make(platform, "tasks:read"), new_platform(api, funds=None)
    assert [key["name"] for key in listed(other)] == ["first key"]
    for answer in (
        other.post(f"/v1/api-keys/{made['key']['id']}/rotate"),
        other.send("DELETE", f"/v1/api-keys/{made['key']['id']}"),
        other.send("DELETE", f"/v1/api-keys/{uuid4()}"),
    ):
        assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert opens(platform, made)


@pytest.mark.parametrize("scopes", [["tasks:write"], ["keys:write", "webhooks:read"], list(SCOPES)])
def test_a_key_hands_on_no_scope_that_it_lacks(platform: Caller, scopes: list[str]) -> None:
    maker = using(platform, make(platform, "keys:write", "keys:read", "tasks:read"))
    before = listed(platform)
    answer = maker.post("/v1/api-keys", {"name": "stronger", "scopes": scopes})
    assert (answer.status, answer.json["code"]) == (403, "scope_not_held")
    assert [error["field"] for error in answer.json["errors"]] == ["scopes"]
    lacking = [scope for scope in scopes if scope not in {"keys:write", "keys:read", "tasks:read"}]
    assert answer.json["detail"] == f"your own key does not hold {', '.join(lacking)}"
    assert len(listed(platform)) == len(before)
    assert maker.post("/v1/api-keys", {"name": "weaker", "scopes": ["tasks:read"]}).status == 201


def test_a_key_does_not_get_a_stronger_one_by_rotating_it(platform: Caller) -> None:
    strong = listed(platform)[0]
    maker = using(platform, make(platform, "keys:write"))
    answer = maker.post(f"/v1/api-keys/{strong['id']}/rotate")
    assert (answer.status, answer.json["code"]) == (403, "scope_not_held")
    assert len(listed(platform)) == 2
    assert platform.get("/v1/auth/me").status == 200


def test_row_security_too_lets_no_key_make_a_stronger_one(connect: Connect, platform: Caller) -> None:
    key, api = make(platform, "keys:write"), connect("api")
    with refused("42501"), api.transaction():
        api.execute("SELECT ops.authenticate_key(%s, 'keys:write', NULL, NULL)", [ApiKey.parse(key["api_key"]).hash])
        api.execute(
            "INSERT INTO ops.api_keys (platform_id, name, prefix, key_hash, scopes)"
            " VALUES (ops.tenant(), 'x', 'x', sha256('x'), '{tasks:write}')"
        )


def test_a_scope_that_there_is_not_is_named(platform: Caller) -> None:
    answer = platform.post("/v1/api-keys", {"name": "x", "scopes": ["tasks:read", "tasks:admin"]})
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "scopes.1")


def test_a_key_expires(connect: Connect, platform: Caller) -> None:
    made = make(platform, "tasks:read", expires_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    assert opens(platform, made)
    age(connect, made["key"]["id"], hours=1)
    assert not opens(platform, made)
    answer = platform.post(f"/v1/api-keys/{made['key']['id']}/rotate")
    assert (answer.status, answer.json["code"]) == (409, "wrong_state")


def test_a_rotated_key_goes_on_for_a_day(connect: Connect, platform: Caller) -> None:
    old = make(platform, "tasks:read", "tasks:write", name="shop")
    new = platform.made(f"/v1/api-keys/{old['key']['id']}/rotate")
    assert (new["key"]["name"], new["key"]["scopes"]) == ("shop", ["tasks:read", "tasks:write"])
    assert (new["key"]["expires_at"], new["key"]["replaced_by"]) == (None, None)
    assert opens(platform, old)
    assert opens(platform, new)
    replaced = listed(platform)[1]
    assert (replaced["id"], replaced["replaced_by"]) == (old["key"]["id"], new["key"]["id"])
    left = datetime.fromisoformat(replaced["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < left <= timedelta(days=1)
    age(connect, old["key"]["id"], days=1)
    assert not opens(platform, old)
    assert opens(platform, new)


def test_an_overlap_of_nothing_ends_the_old_key_at_once(platform: Caller) -> None:
    old = make(platform, "keys:write")
    new = using(platform, old).made(f"/v1/api-keys/{old['key']['id']}/rotate", {"overlap_seconds": 0})
    assert not opens(platform, old)
    assert opens(platform, new)


def test_an_overlap_prolongs_no_life(platform: Caller) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="milliseconds")
    old = make(platform, "tasks:read", expires_at=soon)
    new = platform.made(f"/v1/api-keys/{old['key']['id']}/rotate", {"overlap_seconds": 7 * 24 * 3600})
    assert listed(platform)[1]["expires_at"] == old["key"]["expires_at"]
    # The new key lives as long as the old one was made to.
    lives = datetime.fromisoformat(new["key"]["expires_at"]) - datetime.fromisoformat(new["key"]["created_at"])
    assert abs(lives - timedelta(hours=1)) < timedelta(minutes=1)


def test_a_key_is_replaced_once_whoever_is_at_it(connect: Connect, platform: Caller) -> None:
    old, platform_key = make(platform, "tasks:read"), ApiKey.parse(platform.credentials["key"]).hash

    def rotate(conn: psycopg.Connection) -> str | None:
        try:
            with conn.transaction():
                conn.execute("SELECT ops.authenticate_key(%s, 'keys:write', NULL, NULL)", [platform_key])
                conn.execute(
                    "SELECT rotate_api_key(%s, interval '1 day', 'x', sha256(gen_random_uuid()::text::bytea))",
                    [old["key"]["id"]],
                )
        except psycopg.DatabaseError as error:
            return error.sqlstate
        return None

    with ThreadPoolExecutor(8) as pool:
        ended = list(pool.map(rotate, [connect("api") for _ in range(8)]))
    assert sorted(map(str, ended)) == ["GS011"] * 7 + ["None"]
    answer = platform.post(f"/v1/api-keys/{old['key']['id']}/rotate")
    assert (answer.status, answer.json["code"]) == (409, "wrong_state")
    assert len(listed(platform)) == 3


def test_a_secret_is_told_once(platform: Caller) -> None:
    body = {"name": "x", "scopes": ["tasks:read"]}
    assert platform.post("/v1/api-keys", body, once="a").status == 201
    assert platform.post("/v1/api-keys", body, once="a").json["code"] == "already_created"
    assert len(listed(platform)) == 2


def test_a_revoked_key_opens_nothing_and_revoking_it_again_changes_nothing(platform: Caller) -> None:
    made = make(platform, "tasks:read")
    path = f"/v1/api-keys/{made['key']['id']}"
    assert platform.send("DELETE", path).status == 204
    revoked_at = listed(platform)[0]["revoked_at"]
    assert revoked_at is not None
    assert not opens(platform, made)
    assert platform.send("DELETE", path).status == 204
    assert listed(platform)[0]["revoked_at"] == revoked_at
    assert platform.post(f"{path}/rotate").json["code"] == "wrong_state"


def test_a_key_may_revoke_itself(platform: Caller) -> None:
    made = make(platform, "keys:write")
    assert using(platform, made).send("DELETE", f"/v1/api-keys/{made['key']['id']}").status == 204
    assert not opens(platform, made)


def test_the_last_key_that_makes_others_stays(connect: Connect, platform: Caller) -> None:
    first = listed(platform)[0]["id"]

    def revoke(key_id: str) -> tuple[int, str]:
        answer = platform.send("DELETE", f"/v1/api-keys/{key_id}")
        return answer.status, answer.json["code"] if answer.body else ""

    make(platform, "tasks:write", "keys:read")
    assert revoke(first) == (409, "last_key")
    short = make(platform, "keys:write", expires_at=(datetime.now(UTC) + timedelta(days=6)).isoformat())
    assert revoke(first) == (409, "last_key")
    replaced = make(platform, "keys:write")
    successor = platform.made(f"/v1/api-keys/{replaced['key']['id']}/rotate")
    assert revoke(successor["key"]["id"]) == (204, "")
    assert revoke(first) == (409, "last_key"), "one is about to expire, the other was replaced"
    assert revoke(short["key"]["id"]) == (204, "")
    week = (datetime.now(UTC) + timedelta(days=8)).isoformat()
    make(platform, "keys:write", expires_at=week)
    assert revoke(first) == (409, "last_key"), "nobody could hand on tasks:write any more"
    lasting = make(platform, *SCOPES, expires_at=week)
    assert revoke(first) == (204, "")
    assert opens(platform, lasting)


def test_two_keys_do_not_revoke_each_other(api: Api, connect: Connect, platform: Caller) -> None:
    connection = connect("auditor")
    for _ in range(5):
        pair = [make(platform, "keys:write") for _ in range(2)]
        hashes = [ApiKey.parse(made["api_key"]).hash for made in pair]
        ids = [made["key"]["id"] for made in pair]
        connect("owner").execute("UPDATE ops.api_keys SET revoked_at = now() WHERE id <> ALL(%s::uuid [])", [ids])

        def revoke(way: tuple[bytes, str, psycopg.Connection]) -> str | None:
            key_hash, key_id, conn = way
            try:
                with conn.transaction():
                    conn.execute("SELECT ops.authenticate_key(%s, 'keys:write', NULL, NULL)", [key_hash])
                    conn.execute("SELECT revoke_api_key(%s)", [key_id])
            except psycopg.DatabaseError as error:
                return error.sqlstate
            return None

        with ThreadPoolExecutor(2) as pool:
            ways = list(zip(hashes, reversed(ids), [connect("api"), connect("api")], strict=True))
            ended = list(pool.map(revoke, ways))
        assert sorted(map(str, ended)) in (["GS041", "None"], ["GS002", "None"])
        left = connection.execute("SELECT id FROM ops.api_keys WHERE revoked_at IS NULL").fetchall()
        assert len(left) == 1
        survivor = next(made for made in pair if made["key"]["id"] == str(left[0][0]))
        platform = using(platform, survivor)


def test_last_use_is_right_to_the_minute_and_noted_once_a_minute(connect: Connect, platform: Caller) -> None:
    made, owner = make(platform, "tasks:read"), connect("owner")
    used = using(platform, made)

    def last_use() -> tuple[Any, ...]:
        row = owner.execute(
            "SELECT last_used_at, xmin::text FROM ops.api_key_uses WHERE key_id = %s", [made["key"]["id"]]
        ).fetchone()
        assert row is not None
        return row

    before = datetime.now(UTC)
    assert used.get("/v1/transactions").status == 403, "what is refused is a use as well"
    first = last_use()
    assert first[0] >= before
    assert listed(platform)[0]["last_used_at"] == first[0].astimezone(UTC).isoformat().replace("+00:00", "Z")
    for _ in range(5):
        used.get("/v1/tasks")
    again = last_use()
    assert again == first or again[0].minute != first[0].minute
    owner.execute("UPDATE ops.api_key_uses SET last_used_at = last_used_at - interval '1 minute'")
    used.get("/v1/tasks")
    assert last_use()[0] >= before


def test_a_key_that_opens_nothing_is_not_used(connect: Connect, platform: Caller) -> None:
    made = make(platform, "tasks:read")
    platform.send("DELETE", f"/v1/api-keys/{made['key']['id']}")
    assert not opens(platform, made)
    assert listed(platform)[0]["last_used_at"] is None


def test_what_is_done_to_keys_is_audited(connect: Connect, platform: Caller) -> None:
    made = make(platform, "tasks:read")
    new = platform.made(f"/v1/api-keys/{made['key']['id']}/rotate")
    platform.send("DELETE", f"/v1/api-keys/{new['key']['id']}")
    rows = connect("auditor").execute(
        "SELECT action, resource_id::text, metadata FROM audit_logs WHERE action LIKE 'api_key%' ORDER BY id"
    )
    assert rows.fetchall() == [
        ("api_key.created", made["key"]["id"], {}),
        ("api_key.rotated", made["key"]["id"], {"replaced_by": new["key"]["id"]}),
        ("api_key.revoked", new["key"]["id"], {}),
    ]
