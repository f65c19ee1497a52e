"""What a wallet deposits is credited to the platform that the wallet has signed for (EIP-4361), and to no other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.books import acting
from tests.conftest import Api
from tests.people import Wallet, new_platform, new_worker

from devstack.gateway import Answer
from gigstream import siwe

Connect = Callable[[str], psycopg.Connection[Any]]
Claim = Callable[[dict[str, str]], Answer]
PURPOSE: Final = "set_platform_wallet"
FORM = {"name": "QuickTask", "contact_email": "ops@quicktask.example"}


def registering(api: Api) -> Claim:
    """A claim at registration, each time by a new platform."""
    return lambda proof: api.post(
        "/v1/platforms/register", {"name": "Mallory", "contact_email": f"{uuid4().hex}@example.com", "wallet": proof}
    )


def changing(api: Api) -> Claim:
    """A claim by a platform that is there."""
    platform = new_platform(api, funds=None)
    return lambda proof: platform.patch({"name": "Mallory", "wallet": proof})


both = pytest.mark.parametrize("way", [registering, changing])


def said(answer: Answer) -> tuple[int, str, list[str]]:
    return answer.status, answer.json["code"], [error["field"] for error in answer.json["errors"]]


def holders(connect: Connect) -> list[Any]:
    return connect("auditor").execute("SELECT wallet_address FROM platforms WHERE name = 'Mallory'").fetchall()


def test_the_message_says_what_for(api: Api) -> None:
    asked = Wallet().asked(api, PURPOSE)
    assert asked["purpose"] == PURPOSE
    assert "\nCredit my platform at GigStream with what this wallet deposits.\n" in asked["message"]


def test_a_wallet_is_registered_with_when_it_has_signed(api: Api) -> None:
    wallet = Wallet()
    new = api.post("/v1/platforms/register", FORM | {"wallet": wallet.proof(api, PURPOSE)})
    assert (new.status, new.json["platform"]["wallet_address"]) == (201, wallet.address)
    seen = api.get(f"/v1/platforms/{new.json['platform']['id']}", key=new.json["api_key"]).json
    assert seen["wallet_address"] == wallet.address


def test_a_platform_changes_to_a_wallet_that_has_signed(api: Api, connect: Connect) -> None:
    platform, new = new_platform(api, wallet=Wallet()), Wallet()
    before = platform.get().json
    after = platform.patch({"wallet": new.proof(api, PURPOSE)}).json
    assert after == before | {"wallet_address": new.address, "updated_at": after["updated_at"]}
    audited = connect("auditor").execute("SELECT metadata FROM audit_logs WHERE action = 'platform.updated'")
    assert audited.fetchall() == [({"fields": ["wallet_address"]},)]


@both
def test_nobodys_wallet_is_taken_on_trust(api: Api, connect: Connect, way: Callable[[Api], Claim]) -> None:
    owner, claim = Wallet(), way(api)
    message = owner.asked(api, PURPOSE)["message"]
    for_pay = owner.asked(api)["message"].replace(siwe.STATEMENTS["set_wallet"], siwe.STATEMENTS[PURPOSE])
    unasked = message.replace("\nNonce: ", "\nNonce: 00")
    used = owner.proof(api, PURPOSE)
    former = new_platform(api, funds=None)
    former.patch({"wallet": used})
    former.patch({"wallet": Wallet().proof(api, PURPOSE)})
    expired = owner.proof(api, PURPOSE)
    connect("owner").execute("UPDATE ops.wallet_nonces SET expires_at = expires_at - interval '5 minutes'")
    fresh = owner.asked(api, PURPOSE)["message"]
    wrong = {
        "signed by another wallet": {"message": fresh, "signature": Wallet().sign(fresh)},
        "signed for sign-in": owner.proof(api, "sign_in"),
        "signed for pay": owner.proof(api, "set_wallet"),
        "asked for pay": {"message": for_pay, "signature": owner.sign(for_pay)},
        "not asked for": {"message": unasked, "signature": owner.sign(unasked)},
        "used": used,
        "expired": expired,
    }
    for what, proof in wrong.items():
        answer = claim(proof)
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "wallet"), what
    assert {address for (address,) in holders(connect)} <= {None}
    assert claim({"message": fresh, "signature": owner.sign(fresh)}).status in (200, 201)


def test_an_address_alone_is_refused(api: Api) -> None:
    address = {"wallet_address": Wallet().address}
    for answer in (api.post("/v1/platforms/register", FORM | address), new_platform(api).patch(address)):
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "wallet_address")


def test_what_a_platforms_wallet_signed_is_no_workers(api: Api) -> None:
    answer = new_worker(api).patch({"wallet": Wallet().proof(api, PURPOSE)})
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "wallet")


@both
def test_a_wallet_belongs_to_one_platform(api: Api, way: Callable[[Api], Claim]) -> None:
    wallet = Wallet()
    new_platform(api, wallet=wallet)
    assert said(way(api)(wallet.proof(api, PURPOSE))) == (409, "already_exists", ["wallet"])


@pytest.mark.parametrize(("proofs", "refusal"), [(1, "GS042"), (2, "23505")])
def test_of_two_claims_at_once_one_succeeds(api: Api, connect: Connect, proofs: int, refusal: str) -> None:
    wallet = Wallet()
    nonces = [wallet.asked(api, PURPOSE)["nonce"] for _ in range(proofs)]
    callers = [(new_platform(api, funds=None).id, connect("api")) for _ in range(8)]

    def claim(number: int) -> str | None:
        platform_id, connection = callers[number]
        try:
            with acting(connection, "platform", UUID(platform_id)):
                connection.execute(
                    "SELECT update_platform(p_wallet => ROW(%s, %s, now() - interval '1 minute',"
                    " now() + interval '1 minute')::ops.wallet_proof)",
                    [wallet.address, nonces[number % proofs]],
                )
        except psycopg.Error as error:
            return error.sqlstate
        return None

    with ThreadPoolExecutor(len(callers)) as pool:
        answers = list(pool.map(claim, range(len(callers))))
    assert answers.count(None) == 1
    assert refusal in answers
    assert set(answers) <= {None, "GS042", "23505"}


def test_a_change_that_is_sent_again_leaves_what_it_did(api: Api) -> None:
    platform, wallet = new_platform(api), Wallet()
    body, key = {"wallet": wallet.proof(api, PURPOSE)}, {"Idempotency-Key": "once"}
    first, second = (platform.send("PATCH", "", body, headers=key) for _ in range(2))
    assert (first.status, first.json["wallet_address"]) == (200, wallet.address)
    assert said(second) == (422, "wallet_proof_invalid", ["wallet"])
    assert platform.get().json == first.json


def test_a_registration_that_is_sent_again_is_not_made_again(api: Api) -> None:
    body, key = FORM | {"wallet": Wallet().proof(api, PURPOSE)}, {"Idempotency-Key": "once"}
    first, second = (api.post("/v1/platforms/register", body, headers=key) for _ in range(2))
    assert first.status == 201
    assert (second.status, second.json["code"]) == (409, "already_created")
