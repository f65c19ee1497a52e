"""Round trips, counted on the wire: a read takes one, a write one, a write with an idempotency key two."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from tests.conftest import Api
from tests.people import Wallet, new_platform, new_worker
from tests.wire import Trips

from gigstream import db
from gigstream.errors import IdempotencyKeyReused, Unauthenticated
from gigstream.queries import requests, service
from gigstream.queries.base import Query, behind

ROUTE = "POST /v1/things"


@pytest.fixture
def session() -> db.Session:
    return db.Session("api", requests.act_as_nobody("192.0.2.7", "curl"), requests.count("somebody", 100))


def claim(request: bytes = b"1") -> db.Claim:
    def store(result: service.Readiness) -> Query[None]:
        return requests.store_answer(ROUTE, "key", 201, result.migration)

    return db.Claim(requests.claim(ROUTE, "key", request * 32), requests.stored_answer(ROUTE, "key"), store)


def test_a_read_takes_one(session: db.Session, trips: Trips) -> None:
    assert trips(lambda: db.read(session, service.readiness())) == 1
    assert session.limit is not None


def test_a_write_takes_one(session: db.Session, trips: Trips) -> None:
    assert trips(lambda: db.write(session, service.readiness())) == 1


def test_a_write_with_a_key_takes_two_and_so_does_its_replay(session: db.Session, trips: Trips) -> None:
    answers: list[service.Readiness | db.Answer] = []

    def write() -> None:
        session.limit = None
        answer = db.write_once(session, service.readiness(), claim())
        answers.append(answer)

    assert trips(write) == 2
    assert trips(write) == 2
    first, replay = answers
    assert isinstance(first, service.Readiness)
    assert replay == db.Answer(201, first.migration)


def test_a_failure_takes_one_more_to_roll_back(session: db.Session, trips: Trips) -> None:
    db.write_once(session, service.readiness(), claim())

    def reuse() -> None:
        with pytest.raises(IdempotencyKeyReused):
            db.write_once(session, service.readiness(), claim(b"2"))

    def intrude() -> None:
        session.authenticate = requests.authenticate_worker(uuid4(), uuid4(), None, None)
        with pytest.raises(Unauthenticated):
            db.read(session, service.readiness())

    assert trips(reuse) == 2
    assert trips(intrude) == 2


def test_several_questions_take_one(session: db.Session, trips: Trips) -> None:
    assert trips(lambda: db.read(session, behind(service.readiness(), service.readiness()))) == 1


def test_signing_in_takes_a_read_and_a_write_whatever_comes_of_it(trips: Trips) -> None:
    api, alice = Api(), {"email": "alice@example.com", "password": "correct horse"}
    api.post("/v1/auth/register", {"name": "Alice", **alice})
    wrong, unknown = alice | {"password": "wrong"}, alice | {"email": "nobody@example.com"}

    def attempt(body: dict[str, str], status: int) -> Callable[[], None]:
        def send() -> None:
            assert api.post("/v1/auth/login", body).status == status

        return send

    for body, status in [(alice, 200), *[(wrong, 401)] * 5, *[(unknown, 401)] * 5]:
        assert trips(attempt(body, status)) == 2
    for body in (alice, unknown):
        assert trips(attempt(body, 429)) == 1


def test_signing_in_with_a_wallet_takes_one(trips: Trips) -> None:
    api, wallet = Api(), Wallet()
    new_worker(api, wallet=wallet)
    for signer, status in [(wallet, 200), (Wallet(), 401)]:
        proof, answers = signer.proof(api, "sign_in"), []
        assert trips(lambda: answers.append(api.post("/v1/auth/wallet-login", proof))) == 1  # noqa: B023
        assert answers[0].status == status


def test_a_request_with_an_api_key_takes_one(trips: Trips) -> None:
    platform = new_platform(Api(), funds=None)
    assert trips(lambda: platform.get("/v1/api-keys")) == 1
