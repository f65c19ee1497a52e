"""Five failed password sign-ins in a row lock an address for fifteen minutes, whoever guesses and however fast."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psycopg
import pytest
from tests.conftest import Api

from devstack.server import serving
from gigstream import db, passwords

Connect = Callable[[str], psycopg.Connection]
ALICE = {"email": "alice@example.com", "password": "correct horse"}
NOBODY = "nobody@example.com"
TOKEN = b"\1" * 32


@pytest.fixture(autouse=True)
def alice(api: Api) -> str:
    worker_id: str = api.post("/v1/auth/register", {"name": "Alice", **ALICE}).json["worker_id"]
    return worker_id


def guess(api: Api, password: str = "wrong", email: str = ALICE["email"]) -> Any:
    return api.post("/v1/auth/login", {"email": email, "password": password})


def pass_minutes(connect: Connect, minutes: float) -> None:
    connect("owner").execute(
        "UPDATE ops.sign_in_failures SET last_failed_at = last_failed_at - %s * interval '1 minute'", [minutes]
    )


def told(answer: Any) -> Any:
    """All that an answer says, but for what differs from one request to the next."""
    varying = {"X-Request-Id", "RateLimit", "Retry-After"}
    return (
        answer.status,
        answer.json | {"request_id": ""},
        {k: v for k, v in answer.headers.items() if k not in varying},
    )


def test_five_failures_lock_and_the_right_password_is_told_the_same(api: Api) -> None:
    answers = [guess(api) for _ in range(5)]
    assert {answer.status for answer in answers} == {401}
    wrong, right = guess(api), guess(api, ALICE["password"])
    assert (wrong.status, wrong.json["code"]) == (429, "sign_in_locked")
    assert told(wrong) == told(right)
    for answer in (wrong, right):
        assert 0 < int(answer.header("Retry-After")) <= 900
        assert answer.header("RateLimit-Policy") == '"default";q=1000000;w=60', "the lock is no rate limit"


def test_an_address_that_nobody_has_is_locked_alike(api: Api) -> None:
    for email in (ALICE["email"], NOBODY):
        for _ in range(5):
            guess(api, email=email)
    known, unknown = guess(api), guess(api, email=NOBODY)
    assert known.status == 429
    assert told(known) == told(unknown)


def test_four_failures_and_a_success_begin_anew(api: Api) -> None:
    for _ in range(3):
        assert [guess(api).status for _ in range(4)] == [401] * 4
        assert guess(api, ALICE["password"]).status == 200


def test_the_case_of_the_address_makes_no_difference(api: Api) -> None:
    for email in (
        "alice@example.com",
        "Alice@example.com",
        "ALICE@EXAMPLE.COM",
        "alice@Example.com",
        "aLICE@example.com",
    ):
        assert guess(api, email=email).status == 401
    assert guess(api, ALICE["password"]).status == 429


def test_a_lock_ends_after_fifteen_minutes_and_guessing_does_not_prolong_it(api: Api, connect: Connect) -> None:
    for _ in range(5):
        guess(api)
    pass_minutes(connect, 14.9)
    assert guess(api).status == guess(api, ALICE["password"]).status == 429
    pass_minutes(connect, 0.2)
    assert guess(api).status == 401
    assert guess(api, ALICE["password"]).status == 200


def test_failures_that_lie_far_apart_are_no_row(api: Api, connect: Connect) -> None:
    for _ in range(8):
        assert guess(api).status == 401
        pass_minutes(connect, 15)
    assert guess(api, ALICE["password"]).status == 200


def test_the_lock_is_on_one_address_only(api: Api) -> None:
    other = {"email": "bob@example.com", "password": "another horse"}
    api.post("/v1/auth/register", {"name": "Bob", **other})
    for _ in range(6):
        guess(api)
    assert api.post("/v1/auth/login", other).status == 200


def test_twenty_guesses_at_once_are_five(api: Api, connect: Connect, alice: str) -> None:
    """As many connections try the right password too: after five failures it opens nothing any more."""
    barrier = threading.Barrier(20)
    connections = [connect("api") for _ in range(20)]

    def attempt(conn: psycopg.Connection) -> Any:
        barrier.wait()
        return conn.execute(
            "SELECT worker_id, locked_seconds FROM sign_in(%s, NULL, NULL, %s)", [ALICE["email"], TOKEN]
        ).fetchone()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(attempt, connections))
    assert sum(seconds is None for _, seconds in answers) == 5
    assert sum(seconds is not None for _, seconds in answers) == 15
    late = connections[0].execute(
        "SELECT worker_id, locked_seconds FROM sign_in(%s, %s, NULL, %s)", [ALICE["email"], alice, TOKEN]
    )
    ((worker_id, seconds),) = late.fetchall()
    assert worker_id is None
    assert seconds is not None


def test_twenty_requests_at_once_are_five_guesses(alice: str) -> None:
    """Over HTTP, each served by a process of its own as far as there are processors."""
    body = json.dumps({"email": ALICE["email"], "password": "wrong"}).encode()

    def post(url: str) -> int:
        request = Request(f"{url}/v1/auth/login", body, {"Content-Type": "application/json"})
        try:
            with urlopen(request) as answer:
                return int(answer.status)
        except HTTPError as error:
            with error:
                return error.code

    db.close()  # or the processes would share it
    with serving("127.0.0.1", 0) as servers, ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(post, [servers.url] * 20))
    assert (statuses.count(401), statuses.count(429)) == (5, 15)


def test_the_right_guess_among_twenty_is_told_or_lost_but_never_a_sixth_try(
    api: Api, connect: Connect, alice: str
) -> None:
    connections = [connect("api") for _ in range(20)]
    for round_ in range(5):
        connect("owner").execute("DELETE FROM ops.sign_in_failures")
        barrier = threading.Barrier(20)

        def attempt(number: int, barrier: threading.Barrier = barrier, round_: int = round_) -> Any:
            token, worker = bytes([round_ + 1, number]) * 16, alice if number == 7 else None
            barrier.wait()
            return (
                connections[number]
                .execute(
                    "SELECT worker_id, locked_seconds FROM sign_in(%s, %s, NULL, %s)", [ALICE["email"], worker, token]
                )
                .fetchone()
            )

        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(attempt, range(20)))
        told_wrong = sum(answer == (None, None) for answer in answers)
        if answers[7][0] is None:
            assert told_wrong == 5
        else:  # the count began anew with it
            assert 5 <= told_wrong <= 9


def test_a_failure_is_kept_though_the_request_failed(api: Api, connect: Connect) -> None:
    guess(api)
    row = connect("owner").execute("SELECT failures, address_hash FROM ops.sign_in_failures").fetchone()
    assert row is not None
    assert row[0] == 1
    assert b"alice" not in row[1]


def test_a_locked_address_costs_no_hashing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        guess(api)

    def matches(password: str, kept: str | None) -> bool:
        raise AssertionError("hashed")

    monkeypatch.setattr(passwords, "matches", matches)
    assert guess(api).status == 429


def test_known_and_unknown_addresses_leave_the_same_rows(api: Api, connect: Connect) -> None:
    """From the first failure to the lock."""

    def rows() -> list[int]:
        found = connect("auditor").execute(
            "SELECT count(*) FROM audit_logs WHERE action = 'sign_in.locked' UNION ALL"
            " SELECT count(*) FROM ops.audit_waiting"
        )
        return [count for (count,) in found.fetchall()]

    costs = []
    for email in (ALICE["email"], NOBODY):
        before = rows()
        for _ in range(7):
            guess(api, email=email)
        costs.append([now - then for now, then in zip(rows(), before, strict=True)])
    assert costs[0] == costs[1] == [1, 1]


def test_a_lock_is_audited(api: Api, connect: Connect, alice: str) -> None:
    for email in (ALICE["email"], NOBODY):
        for _ in range(7):
            guess(api, email=email)
    rows = connect("auditor").execute(
        "SELECT actor_type, resource_type, resource_id::text, host(ip_address), metadata FROM audit_logs"
        " WHERE action = 'sign_in.locked' ORDER BY id"
    )
    assert rows.fetchall() == [
        ("system", "worker", alice, "127.0.0.1", {}),
        ("system", "worker", None, "127.0.0.1", {}),
    ]
