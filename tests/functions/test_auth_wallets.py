"""A worker signs in with his wallet, and has a wallet only that has signed for it (EIP-4361)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.conftest import Api
from tests.people import Caller, Wallet, new_platform, new_worker

from gigstream import config, siwe

Connect = Callable[[str], psycopg.Connection]
NINA = {"name": "Nina", "email": "nina@example.com", "password": "correct horse"}


@pytest.fixture
def wallet() -> Wallet:
    return Wallet()


def sign_in(api: Api, proof: dict[str, str]) -> Any:
    return api.post("/v1/auth/wallet-login", proof)


def signed(wallet: Wallet, message: str) -> dict[str, str]:
    return {"message": message, "signature": wallet.sign(message)}


def reworded(api: Api, wallet: Wallet, purpose: str = "sign_in", **fields: Any) -> dict[str, str]:
    """What the wallet was asked to sign, with other fields, signed."""
    message = siwe.parse(wallet.asked(api, purpose)["message"])
    parts = {name: getattr(message, name) for name in message.__slots__} | fields
    return signed(wallet, siwe.Message(**parts).text)


def at(**later: float) -> str:
    return (datetime.now(UTC) + timedelta(**later)).isoformat(timespec="seconds").replace("+00:00", "Z")


def age(connect: Connect, **ago: float) -> None:
    connect("owner").execute("UPDATE ops.wallet_nonces SET expires_at = expires_at - %s", [timedelta(**ago)])


def test_the_message_says_all_that_was_asked_for(api: Api, wallet: Wallet) -> None:
    answer = api.post("/v1/auth/wallet/nonce", {"address": wallet.address.lower()})
    assert answer.status == 201
    asked = answer.json
    assert asked == {
        "address": wallet.address,
        "purpose": "sign_in",
        "domain": "localhost:3000",
        "uri": "http://localhost:3000",
        "version": "1",
        "chain_id": 5042002,
        "statement": "Sign in to GigStream.",
        "nonce": asked["nonce"],
        "issued_at": asked["issued_at"],
        "expires_at": asked["expires_at"],
        "message": "localhost:3000 wants you to sign in with your Ethereum account:\n"
        f"{wallet.address}\n\nSign in to GigStream.\n\nURI: http://localhost:3000\nVersion: 1\nChain ID: 5042002\n"
        f"Nonce: {asked['nonce']}\nIssued At: {asked['issued_at']}\nExpiration Time: {asked['expires_at']}",
    }
    lasts = datetime.fromisoformat(asked["expires_at"]) - datetime.fromisoformat(asked["issued_at"])
    assert lasts == timedelta(minutes=5)
    assert wallet.asked(api)["nonce"] != asked["nonce"]


def test_a_worker_signs_in_with_his_wallet(api: Api, connect: Connect, wallet: Wallet) -> None:
    worker = new_worker(api, wallet=wallet)
    answer = sign_in(api, wallet.proof(api, "sign_in"))
    assert answer.status == 200
    assert answer.json["worker_id"] == worker.id
    again = api.post("/v1/auth/refresh", {"refresh_token": answer.json["refresh_token"]})
    assert api.get("/v1/auth/me", token=again.json["access_token"]).json["id"] == worker.id
    audited = connect("auditor").execute(
        "SELECT actor_id::text, metadata FROM audit_logs WHERE action = 'worker.signed_in'"
    )
    assert audited.fetchall() == [(worker.id, {"by": "wallet"})]


def test_a_message_works_once(api: Api, wallet: Wallet) -> None:
    new_worker(api, wallet=wallet)
    proof = wallet.proof(api, "sign_in")
    assert [sign_in(api, proof).status for _ in range(3)] == [200, 401, 401]


def test_of_many_at_once_one_gets_in(api: Api, connect: Connect, wallet: Wallet) -> None:
    new_worker(api, wallet=wallet)
    nonce = wallet.asked(api, "sign_in")["nonce"]

    def use(number: int) -> int:
        return len(
            connections[number]
            .execute(
                "SELECT FROM wallet_sign_in(ROW(%s, %s, now() - interval '1 minute', now() + interval '1 minute')"
                "::ops.wallet_proof, %s)",
                [wallet.address, nonce, bytes([number]) * 32],
            )
            .fetchall()
        )

    connections = [connect("api") for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(use, range(16))) == 1


def test_who_may_not_is_told_the_same_whatever_is_wrong(api: Api, connect: Connect, wallet: Wallet) -> None:
    new_worker(api, wallet=wallet)
    stranger = Wallet()
    used = wallet.proof(api, "sign_in")
    assert sign_in(api, used).status == 200
    old = wallet.proof(api, "sign_in")
    age(connect, minutes=5)
    message = wallet.asked(api, "sign_in")["message"]
    fresh = wallet.proof(api, "sign_in")
    wrong = {
        "a wallet that is nobody's": stranger.proof(api, "sign_in"),
        "used": used,
        "too old": old,
        "signed by another wallet": {"message": message, "signature": stranger.sign(message)},
        "signed is something else": {"message": message, "signature": wallet.sign(message + " ")},
        "no signature at all": {"message": message, "signature": "0x" + 65 * "00"},
        "a nonce of nobody's": reworded(api, wallet, nonce="abcdefgh12345678"),
        "another wallet's nonce": reworded(api, wallet, nonce=stranger.asked(api, "sign_in")["nonce"]),
        "a nonce for another purpose": reworded(api, wallet, "set_wallet", statement=siwe.STATEMENTS["sign_in"]),
        "not yet valid": reworded(api, wallet, not_before=at(minutes=2)),
        "no longer valid": reworded(api, wallet, expiration_time=at(seconds=-1)),
        "issued in the future": reworded(api, wallet, issued_at=at(minutes=2)),
        "issued long ago": reworded(api, wallet, issued_at=at(minutes=-7)),
    }
    said = set()
    for what, proof in wrong.items():
        answer = sign_in(api, proof)
        assert answer.status == 401, what
        assert answer.header("WWW-Authenticate") == "Bearer"
        assert answer.header("RateLimit") is not None
        said.add(str(answer.json | {"request_id": ""}))
    assert len(said) == 1
    assert sign_in(api, fresh).status == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("domain", "evil.example"),
        ("scheme", "https"),
        ("uri", "http://localhost:3000/"),
        ("uri", "https://evil.example"),
        ("chain_id", "1"),
        ("chain_id", "05042002"),
        ("statement", None),
        ("statement", "Sign in to GigStream"),
        ("statement", siwe.STATEMENTS["set_wallet"]),
        ("issued_at", "0001-01-01T00:00:00Z"),
        ("issued_at", "9999-12-31T23:59:59Z"),
    ],
)
def test_what_was_signed_for_something_else_is_named(api: Api, wallet: Wallet, field: str, value: str) -> None:
    new_worker(api, wallet=wallet)
    answer = sign_in(api, reworded(api, wallet, **{field: value}))
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "message"), answer.json


def test_what_a_wallet_may_add_is_taken(api: Api, wallet: Wallet) -> None:
    new_worker(api, wallet=wallet)
    fields: list[dict[str, Any]] = [
        {"scheme": "http"},
        {"expiration_time": None},
        {"not_before": at(minutes=-1), "request_id": "abc"},
        {"resources": "\nResources:\n- https://example.com/terms"},
        {"issued_at": at().replace("Z", ".123456+00:00")},
    ]
    for added in fields:
        assert sign_in(api, reworded(api, wallet, **added)).status == 200, added


def test_another_app_or_chain_has_other_messages(api: Api, environment: pytest.MonkeyPatch, wallet: Wallet) -> None:
    new_worker(api, wallet=wallet)
    here = wallet.proof(api, "sign_in")
    environment.setenv("APP_URI", "https://app.gigstream.example/")
    environment.setenv("ARC_CHAIN_ID", "5042")
    config.settings.cache_clear()
    asked = wallet.asked(api, "sign_in")
    assert asked["message"].startswith("app.gigstream.example wants you")
    assert (asked["uri"], asked["chain_id"]) == ("https://app.gigstream.example/", 5042)
    assert sign_in(api, here).status == 422
    assert sign_in(api, signed(wallet, asked["message"])).status == 200


def test_a_wallet_is_registered_with_when_it_has_signed(api: Api, wallet: Wallet) -> None:
    form = NINA | {"wallet": wallet.proof(api)}
    tokens = api.post("/v1/auth/register", form)
    assert tokens.status == 201
    assert api.get("/v1/workers/me", token=tokens.json["access_token"]).json["wallet_address"] == wallet.address
    again = api.post("/v1/auth/register", form | {"email": "other@example.com"})
    assert (again.status, again.json["code"]) == (422, "wallet_proof_invalid")
    taken = api.post("/v1/auth/register", NINA | {"email": "other@example.com", "wallet": wallet.proof(api)})
    assert (taken.status, taken.json["code"]) == (409, "already_exists")
    assert [error["field"] for error in taken.json["errors"]] == ["wallet"]


def test_a_wallet_that_has_not_signed_registers_nobody(api: Api, connect: Connect, wallet: Wallet) -> None:
    message = wallet.asked(api)["message"]
    for proof in [
        wallet.proof(api, "sign_in"),
        reworded(api, wallet, "sign_in", statement=siwe.STATEMENTS["set_wallet"]),
        {"message": message, "signature": Wallet().sign(message)},
    ]:
        answer = api.post("/v1/auth/register", NINA | {"wallet": proof})
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "wallet"), answer.json
    assert connect("auditor").execute("SELECT count(*) FROM workers").fetchone() == (0,)


def test_a_worker_changes_to_a_wallet_that_has_signed(api: Api, connect: Connect, wallet: Wallet) -> None:
    worker = new_worker(api, wallet=wallet)
    new = Wallet()
    answer = worker.patch({"name": "Nina", "wallet": new.proof(api)})
    assert (answer.status, answer.json["wallet_address"], answer.json["name"]) == (200, new.address, "Nina")
    assert sign_in(api, wallet.proof(api, "sign_in")).status == 401
    assert sign_in(api, new.proof(api, "sign_in")).status == 200
    audited = connect("auditor").execute("SELECT metadata FROM audit_logs WHERE action = 'worker.updated'")
    assert audited.fetchall() == [({"fields": ["name", "wallet_address"]},)]


def test_nothing_else_changes_a_wallet(api: Api, connect: Connect, wallet: Wallet) -> None:
    worker, owner = new_worker(api, wallet=wallet), Wallet()
    message = owner.asked(api)["message"]
    used = owner.proof(api)
    new_worker(api).patch({"wallet": used})
    expired = owner.proof(api)
    age(connect, minutes=5)
    for proof in [
        owner.proof(api, "sign_in"),
        reworded(api, owner, "sign_in", statement=siwe.STATEMENTS["set_wallet"]),
        {"message": message, "signature": wallet.sign(message)},
        used,
        expired,
    ]:
        answer = worker.patch({"name": "Mallory", "wallet": proof})
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "wallet"), answer.json
    assert worker.patch({"wallet_address": owner.address}).status == 422
    seen = worker.get().json
    assert (seen["wallet_address"], seen["name"]) == (wallet.address, "Alice")


def test_a_wallet_belongs_to_one_worker(api: Api, wallet: Wallet) -> None:
    new_worker(api, wallet=wallet)
    answer = new_worker(api).patch({"wallet": wallet.proof(api)})
    assert (answer.status, answer.json["code"]) == (409, "already_exists")
    assert [error["field"] for error in answer.json["errors"]] == ["wallet"]


def test_one_proof_is_one_workers(api: Api, wallet: Wallet) -> None:
    proof = wallet.proof(api)
    workers: list[Caller] = [new_worker(api) for _ in range(3)]
    assert [worker.patch({"wallet": proof}).status for worker in workers] == [200, 422, 422]


def test_an_erased_worker_does_not_come_back_with_his_wallet(api: Api, wallet: Wallet) -> None:
    worker = new_worker(api, new_platform(api), wallet=wallet)
    assert worker.send("DELETE", "").status == 204
    assert sign_in(api, wallet.proof(api, "sign_in")).status == 401
