"""A platform hears once, seven days before, that a key of its will expire."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.conftest import Api
from tests.people import Caller, new_platform

from jobs import announce_expiring_keys

Connect = Callable[[str], psycopg.Connection]


@pytest.fixture
def platform(api: Api) -> Caller:
    return new_platform(api, funds=None)


def make(platform: Caller, **left: float) -> dict[str, Any]:
    expires_at = datetime.now(UTC) + timedelta(**left)
    body = {"name": "a key", "scopes": ["tasks:read"], "expires_at": expires_at.isoformat()}
    key: dict[str, Any] = platform.made("/v1/api-keys", body)["key"]
    return key


def told(connect: Connect) -> list[Any]:
    return (
        connect("auditor")
        .execute("SELECT event, platform_id::text, object_type, object_id::text, payload FROM ops.outbox ORDER BY id")
        .fetchall()
    )


def test_a_key_is_told_of_once(connect: Connect, platform: Caller, job: Callable[..., Any]) -> None:
    soon = make(platform, days=7, seconds=-10)
    make(platform, days=7, minutes=5)
    assert job("AnnounceExpiringKeys") == {"announced": 1}
    ((event, platform_id, kind, key_id, payload),) = told(connect)
    assert (event, platform_id, kind, key_id) == ("api_key.expiring", platform.id, "api_key", soon["id"])
    assert (payload["prefix"], payload["name"]) == (soon["prefix"], "a key")
    assert datetime.fromisoformat(payload["expires_at"]) == datetime.fromisoformat(soon["expires_at"])
    assert job("AnnounceExpiringKeys") == {"announced": 0}
    assert len(told(connect)) == 1


def test_whose_end_was_chosen_or_is_past_is_not_told_of(
    connect: Connect, platform: Caller, job: Callable[..., Any]
) -> None:
    revoked, replaced, expired = (make(platform, days=1) for _ in range(3))
    assert platform.send("DELETE", f"/v1/api-keys/{revoked['id']}").status == 204
    successor = platform.made(f"/v1/api-keys/{replaced['id']}/rotate", {"overlap_seconds": 3600})["key"]
    connect("owner").execute("UPDATE ops.api_keys SET expires_at = clock_timestamp() WHERE id = %s", [expired["id"]])
    assert job("AnnounceExpiringKeys") == {"announced": 1}
    assert [row[3] for row in told(connect)] == [successor["id"]]


def test_many_are_told_of_in_batches(
    platform: Caller, connect: Connect, job: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announce_expiring_keys, "BATCH", 2)
    for _ in range(5):
        make(platform, days=1)
    assert job("AnnounceExpiringKeys") == {"announced": 5}
    assert len({row[3] for row in told(connect)}) == 5


def test_a_late_tick_tells_of_what_it_should_have(platform: Caller, connect: Connect, job: Callable[..., Any]) -> None:
    make(platform, days=7, minutes=5)
    assert job("AnnounceExpiringKeys", at=datetime.now(UTC) + timedelta(days=1)) == {"announced": 0}, "never early"
    assert job("AnnounceExpiringKeys", at=datetime.now(UTC) - timedelta(days=1)) == {"announced": 0}
    make(platform, days=5)
    assert job("AnnounceExpiringKeys", at=datetime.now(UTC) - timedelta(days=1)) == {"announced": 1}
