"""Circle's notifications: taken when Circle has signed them, once, and within a second, whatever Circle is doing."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from Crypto.PublicKey import ECC
from tests.books import Books
from tests.circle import KEY_ID, Circle, notification, signed, standing_in
from tests.conftest import Api

from devstack.gateway import Answer
from gigstream import config

PATH = "/v1/webhooks/circle"


@pytest.fixture
def circle(environment: pytest.MonkeyPatch) -> Iterator[Circle]:
    with standing_in() as circle:
        for name, value in circle.environment.items():
            environment.setenv(name, value)
        config.settings.cache_clear()
        yield circle


def message(**changes: Any) -> bytes:
    return json.dumps(notification({"id": str(uuid4()), "state": "COMPLETE"}, **changes)).encode()


def send(api: Api, body: bytes, headers: dict[str, str] | None = None, ip: str = "3.230.111.7") -> Answer:
    return api.post(PATH, body, headers=signed(body) if headers is None else headers, ip=ip)


def test_a_notification_is_stored_once(api: Api, circle: Circle, books: Books) -> None:
    body = message()

    assert [send(api, body).json for _ in range(3)] == [{"new": True}, {"new": False}, {"new": False}]

    sent = json.loads(body)
    (row,) = books.rows("SELECT * FROM ops.circle_notifications")
    assert (str(row["id"]), row["circle_tx_id"], row["state"]) == (
        sent["notificationId"], sent["notification"]["id"], "COMPLETE"
    )  # fmt: skip


def test_circle_is_asked_once_for_a_key(api: Api, circle: Circle) -> None:
    for _ in range(3):
        assert send(api, message()).status == 200
    assert [path for _, path, _ in circle.called] == [f"/v2/notifications/publicKey/{KEY_ID}"]


def test_what_circle_has_not_signed_is_refused_before_it_is_read(api: Api, circle: Circle, books: Books) -> None:
    body, stranger = message(), ECC.generate(curve="P-256")
    good = signed(body)
    forged = {
        "unsigned": {},
        "no signature": {"X-Circle-Key-Id": str(KEY_ID)},
        "no key": {"X-Circle-Signature": good["X-Circle-Signature"]},
        "no base64": good | {"X-Circle-Signature": "?" + good["X-Circle-Signature"][1:]},
        "an empty signature": good | {"X-Circle-Signature": ""},
        "no UUID": good | {"X-Circle-Key-Id": "1"},
        "another's": signed(body, stranger),
        "of another body": signed(message()),
        "a platform's": {"X-API-Key": "gs_test_x"},
        "a curve of 384 bits": signed(body, ECC.generate(curve="P-384")),
    }
    for name, headers in forged.items():
        answer = send(api, body, headers)
        assert (answer.status, answer.json["code"]) == (401, "unauthenticated"), name
    for altered in [body + b" ", body.replace(b"COMPLETE", b"FAILED"), b"", b"no JSON", body[:-1]]:
        assert send(api, altered, good).status == 401, altered
    assert books.rows("SELECT 1 FROM ops.circle_notifications") == []
    assert send(api, body).status == 200


def test_a_stranger_does_not_make_us_call_circle(api: Api, circle: Circle, books: Books) -> None:
    body = message()
    answers = [send(api, body, signed(body, key_id=uuid4()), ip=f"192.0.2.{n}") for n in range(30)]

    assert len(circle.called) == 1
    assert {answer.status for answer in answers} == {401, 503}
    assert all(answer.header("Retry-After") for answer in answers if answer.status == 503)
    # Circle's own are held up by that for as long as it takes until the next key may be asked for.
    assert send(api, body).status == 503
    books.plant("UPDATE ops.turns SET next_at = next_at - interval '10 seconds'")
    assert send(api, body).status == 200


def test_a_known_key_needs_no_circle(api: Api, circle: Circle) -> None:
    assert send(api, message()).status == 200
    circle.url = ""
    began = time.monotonic()
    assert send(api, message()).status == 200
    assert time.monotonic() - began < 1


def test_one_address_may_send_what_a_platform_may(api: Api, circle: Circle, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("RATE_LIMIT_SIGN_IN", "1")
    environment.setenv("RATE_LIMIT_PLATFORM", "20")
    config.settings.cache_clear()
    assert [send(api, message()).status for _ in range(21)] == [200] * 20 + [429]
    assert send(api, message(), ip="3.90.127.28").status == 200


@pytest.mark.parametrize(("ago", "status"), [(0, 200), (36, 200), (7 * 24 - 1, 200), (7 * 24 + 1, 401), (-1, 401)])
def test_what_circle_sends_again_is_taken_and_what_was_recorded_long_ago_is_not(
    api: Api, circle: Circle, ago: int, status: int
) -> None:
    sent_at = datetime.now(UTC) - timedelta(hours=ago)
    body = message(timestamp=sent_at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "999Z")
    assert send(api, body).status == status


def test_what_circle_may_say_one_day_is_taken(api: Api, circle: Circle, books: Books) -> None:
    for body in [
        message(notification={"hello": "world"}, notificationType="webhooks.test"),
        message(notification={"id": 1, "state": {}}, notificationType="transactions.outbound"),
        message(notification={"id": str(uuid4()), "state": "WAITING", "more": [1.5]}, custom={"a": None}),
        message(timestamp=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
    ]:
        assert send(api, body).json == {"new": True}
    assert [row["state"] for row in books.rows("SELECT state FROM ops.circle_notifications ORDER BY state")] == [
        "COMPLETE", "WAITING", None, None
    ]  # fmt: skip


def test_where_circle_settles_nothing_a_stranger_learns_nothing(api: Api) -> None:
    body = message()
    assert send(api, body, signed(body, key_id=uuid4())).status == 401


def test_circle_finds_somebody_there(api: Api) -> None:
    answer = api.send("HEAD", PATH)
    assert (answer.status, answer.body) == (200, b"")
