"""How often a caller may ask, and that every answer tells him."""

import re
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from tests.conftest import Api
from tests.people import Caller, new_platform, new_worker

from devstack.template import Template
from gigstream import config
from gigstream.auth import ApiKey

LOGIN = {"email": "x@example.com", "password": "guess"}


@pytest.fixture(autouse=True)
def begun() -> None:
    """A minute with time enough left in it, so that no count begins anew in the midst of a test."""
    left = 60 - time.time() % 60
    if left < 5:
        time.sleep(left + 0.1)


def limit(environment: pytest.MonkeyPatch, name: str, requests: int) -> None:
    """From here on so many a minute."""
    environment.setenv(f"RATE_LIMIT_{name}", str(requests))
    config.settings.cache_clear()


def limits(answer: Any) -> tuple[int, int]:
    """The allowance and what is left of it, as the headers say."""
    policy = re.fullmatch(r'"default";q=(\d+);w=60', answer.header("RateLimit-Policy"))
    state = re.fullmatch(r'"default";r=(\d+);t=(\d+)', answer.header("RateLimit"))
    assert policy
    assert state
    assert 1 <= int(state[2]) <= 60
    return int(policy[1]), int(state[1])


def assert_refused(answer: Any, allowance: int) -> None:
    assert (answer.status, answer.json["code"]) == (429, "rate_limited")
    assert limits(answer) == (allowance, 0)
    assert 1 <= int(answer.header("Retry-After")) <= 60


def test_the_template_allows_what_is_promised() -> None:
    given = Template().environment
    names = ("RATE_LIMIT_WORKER", "RATE_LIMIT_PLATFORM", "RATE_LIMIT_SIGN_IN")
    assert [given[name] for name in names] == ["100", "1000", "10"]


@pytest.mark.parametrize("who", ["worker", "platform"])
def test_a_callers_minute_is_counted_to_its_end(api: Api, environment: pytest.MonkeyPatch, who: str) -> None:
    caller = new_worker(api) if who == "worker" else new_platform(api, funds=None)
    limit(environment, who.upper(), 5)
    answers = [caller.get("/v1/auth/me") for _ in range(7)]
    assert [answer.status for answer in answers] == [200] * 5 + [429] * 2
    assert [limits(answer) for answer in answers[:5]] == [(5, left) for left in (4, 3, 2, 1, 0)]
    for answer in answers[5:]:
        assert_refused(answer, 5)
    assert new_worker(api).get("/v1/auth/me").status == 200


def test_failed_sign_ins_are_counted_by_address_of_the_network(api: Api, environment: pytest.MonkeyPatch) -> None:
    limit(environment, "SIGN_IN", 3)
    answers = [api.post("/v1/auth/login", LOGIN) for _ in range(4)]
    assert [answer.status for answer in answers] == [401, 401, 401, 429]
    assert [limits(answer) for answer in answers[:3]] == [(3, 2), (3, 1), (3, 0)]
    assert_refused(answers[3], 3)
    assert api.post("/v1/auth/login", LOGIN, ip="192.0.2.9").status == 401


def test_every_way_to_sign_in_shares_the_count(api: Api, environment: pytest.MonkeyPatch) -> None:
    limit(environment, "SIGN_IN", 3)
    address = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
    assert api.post("/v1/auth/login", LOGIN).status == 401
    asked = api.post("/v1/auth/wallet/nonce", {"address": address})
    forged = {"message": asked.json["message"], "signature": "0x" + 65 * "01"}
    answer = api.post("/v1/auth/wallet-login", forged)
    assert (answer.status, limits(answer)) == (401, (3, 0))
    for path, body in [
        ("/v1/auth/refresh", {"refresh_token": "x"}),
        ("/v1/auth/wallet-login", forged),
        ("/v1/platforms/register", {"name": "x", "contact_email": "x@example.com"}),
    ]:
        assert_refused(api.post(path, body), 3)


def test_a_platforms_keys_share_its_count(api: Api, environment: pytest.MonkeyPatch) -> None:
    platform = new_platform(api, funds=None)
    made = platform.made("/v1/api-keys", {"name": "other", "scopes": ["tasks:read"]})
    other = Caller(api, platform.path, key=made["api_key"])
    _, left = limits(platform.get("/v1/auth/me"))
    assert limits(other.get("/v1/auth/me"))[1] == left - 1


def test_a_key_that_opens_nothing_is_counted_by_where_it_came_from(api: Api, environment: pytest.MonkeyPatch) -> None:
    platform = new_platform(api, funds=None)
    made = platform.made("/v1/api-keys", {"name": "other", "scopes": ["tasks:read"]})
    platform.send("DELETE", f"/v1/api-keys/{made['key']['id']}")
    limit(environment, "PLATFORM", 3)
    keys = [made["api_key"], ApiKey.new().text, ApiKey.new().text, ApiKey.new().text]
    answers = [api.get("/v1/auth/me", key=key) for key in keys]
    assert [answer.status for answer in answers] == [401, 401, 401, 429]
    assert [limits(answer)[1] for answer in answers] == [2, 1, 0, 0]
    assert api.get("/v1/auth/me", key=keys[0], ip="192.0.2.9").status == 401


def test_a_guessed_key_leaves_no_row_of_its_own(api: Api, connect: Callable[[str], psycopg.Connection]) -> None:
    for _ in range(5):
        api.get("/v1/auth/me", key=ApiKey.new().text)
    assert connect("owner").execute("SELECT key FROM ops.rate_limits").fetchall() == [("no key:127.0.0.1",)]


def test_what_is_refused_or_cannot_be_is_told_the_limit_too(api: Api) -> None:
    platform = new_platform(api, funds=None)
    worker = new_worker(api)
    for answer, status in [
        (platform.get("/v1/tasks"), 200),
        (platform.post("/v1/auth/logout"), 403),
        (platform.get("/v1/tasks/00000000-0000-0000-0000-000000000000"), 404),
        (
            platform.post(
                "/v1/api-keys", {"name": "x", "scopes": ["tasks:read"], "expires_at": "2020-01-01T00:00:00Z"}
            ),
            422,
        ),
        (worker.get("/balance"), 200),
    ]:
        assert answer.status == status, answer.body
        limits(answer)
