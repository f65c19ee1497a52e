"""Circle's rail, from a worker's pay to the chain: each payout is paid once or given back, whatever goes wrong between.

The SDK is the real one, Circle a stand-in over HTTP, the money on the local chain real enough to be counted.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st
from tests.books import Books, Money, call
from tests.circle import KEY_ID, PUBLIC, Circle, Fault, notification, signed
from tests.conftest import Api
from tests.people import Wallet

from devstack.chain import Chain
from gigstream import clock, db
from gigstream.config import ConfigError, Role, settings
from gigstream.job import Run
from gigstream.queries import circle as queries
from gigstream.queries.base import Query
from gigstream_chain import circle_rail

Result = TypeVar("Result")

FAULTS: list[Fault] = ["lost", "lost before", "500", "500 before", "429", "queue full", "401", "400"]
FATES = ["COMPLETE", "FAILED", "DENIED", "CANCELLED", "CANCELED"]


class Crash(Exception):
    """The process ends here."""


class Working(Run):
    """A run as a role; it ends before its write number `crash_at`, or after it when that is negative."""

    def __init__(self, role: Role, crash_at: int | None = None) -> None:
        self.started_at = self.as_of = clock.now()
        self.moved = Decimal(0)
        self._session = db.Session(role)
        self._writes = 0
        self._crash_at = crash_at

    def more_time(self) -> bool:
        return True

    def write(self, query: Query[Result]) -> Result:
        self._writes += "take_turn" not in query.sql
        if self._writes == self._crash_at:
            raise Crash
        result = super().write(query)
        if self._crash_at is not None and self._writes == -self._crash_at:
            raise Crash
        return result


@dataclass(frozen=True)
class Payee:
    worker: UUID
    address: str


def payees(books: Books, number: int) -> list[Payee]:
    """Workers with a wallet and 10 USDC, which are on their way to be settled."""
    platform = books.platform("100000")
    made = []
    for _ in range(number):
        made.append(Payee(books.worker(platform), Wallet().address))
        books.plant("UPDATE workers SET wallet_address = %s WHERE id = %s", made[-1].address, made[-1].worker)
        books.completed(platform, made[-1].worker)
    queue(books)
    return made


def queue(books: Books) -> None:
    """As settle_payouts does."""
    jobs = books.connection("jobs")
    call(jobs, "queue_payouts", clock.now(), Decimal(1), Decimal(1), "1 day", 1000)
    call(jobs, "queue_settlements", "circle", 5042002, settings().custody_address, None, 1, 1000)


def submit(crash_at: int | None = None) -> Any:
    return circle_rail.submit(Working("signer", crash_at))


def confirm(crash_at: int | None = None) -> Any:
    return circle_rail.confirm(Working("jobs", crash_at))


def pass_time(books: Books) -> None:
    """Until whatever is to be asked again is due."""
    books.plant("UPDATE ops.circle_polls SET due_at = clock_timestamp()")


def states(books: Books) -> dict[str, int]:
    return Counter(row["state"] for row in books.rows("SELECT state FROM ops.settlements"))


def money(books: Books, chain: Chain, payee: Payee) -> tuple[Money, ...]:
    """What a worker has: available, in settlement, and on the chain."""
    kinds = {
        row["kind"]: row["balance"]
        for row in books.rows("SELECT kind, balance FROM ledger.accounts WHERE owner_id = %s", payee.worker)
    }
    return kinds["worker_available"], kinds["worker_settling"], chain.balance(payee.address)


def asked(circle: Circle) -> Counter[str]:
    """By settlement, the transfers that Circle has made of it."""
    return Counter(one["refId"] for one in circle.transactions.values())


def test_a_payout_is_paid_from_the_treasury(books: Books, chain: Chain, circle: Circle) -> None:
    before = chain.balance(chain.signer)
    (payee,) = payees(books, 1)

    assert submit() == {"sent": 1, "unanswered": 0}
    assert (states(books), money(books, chain, payee)) == ({"broadcast": 1}, (0, 10, 0))
    for _ in range(4):
        circle.move_on()
        pass_time(books)
        assert confirm() == {"paid": 0, "returned": 0, "open": 1}
        assert money(books, chain, payee)[:2] == (0, 10)
    circle.move_on()
    pass_time(books)
    assert confirm() == {"paid": 1, "returned": 0, "open": 0}

    assert (states(books), money(books, chain, payee)) == ({"final_ok": 1}, (0, 0, 10))
    assert before - chain.balance(chain.signer) == 10
    (transfer,) = circle.transactions.values()
    row = books.row("SELECT status, tx_hash, circle_tx_id, to_address FROM transactions WHERE tx_type = 'payout'")
    assert row == {
        "status": "completed", "tx_hash": transfer["txHash"], "circle_tx_id": transfer["id"],
        "to_address": payee.address,
    }  # fmt: skip
    assert books.value("SELECT network_fee FROM ops.circle_polls") == Decimal("0.000612345678901234")
    assert (submit(), confirm()) == ({"sent": 0, "unanswered": 0}, {"paid": 0, "returned": 0, "open": 0})


def test_the_jobs_take_it_from_the_workers_account_to_the_chain(
    books: Books, chain: Chain, circle: Circle, job: Callable[..., Any]
) -> None:
    worker = books.worker(platform := books.platform())
    books.completed(platform, worker, "25")
    assert job("CreateWallets") == {"given": 1}
    (wallet,) = circle.wallets.values()

    assert job("SettlePayouts") == {"payouts": 1, "settlements": 1, "payments": 1}
    assert job("SubmitSettlements") == {"sent": 1, "unanswered": 0}
    circle.finish()
    pass_time(books)
    assert job("ConfirmSettlements") == {"paid": 1, "returned": 0, "open": 0}

    assert chain.balance(wallet["address"]) == 25
    assert (job("SubmitSettlements"), job("ConfirmSettlements")) == ({}, {})


@pytest.mark.parametrize("fate", ["FAILED", "DENIED", "CANCELLED", "CANCELED"])
def test_money_that_circle_did_not_pay_comes_back(books: Books, chain: Chain, circle: Circle, fate: str) -> None:
    (payee,) = payees(books, 1)
    circle.fates[payee.address.lower()] = fate
    submit()
    circle.finish()
    pass_time(books)

    assert confirm() == {"paid": 0, "returned": 1, "open": 0}

    assert money(books, chain, payee) == (10, 0, 0)
    row = books.row("SELECT status, error_message FROM transactions WHERE tx_type = 'payout'")
    assert row["status"] == "failed"
    assert row["error_message"].startswith(fate)


def test_a_payee_whom_the_token_refuses_alone_is_not_paid(books: Books, chain: Chain, circle: Circle) -> None:
    good, bad = payees(books, 2)
    circle.fates[bad.address.lower()] = "FAILED"
    submit()
    circle.finish()
    pass_time(books)
    assert confirm() == {"paid": 1, "returned": 1, "open": 0}
    assert (money(books, chain, good), money(books, chain, bad)) == ((0, 0, 10), (10, 0, 0))


@pytest.mark.parametrize("state", ["STUCK", "WAITING", "CONFIRMED", "SOMETHING_NEW"])
def test_a_state_that_is_no_end_moves_no_money(books: Books, chain: Chain, circle: Circle, state: str) -> None:
    (payee,) = payees(books, 1)
    submit()
    (transfer,) = circle.transactions.values()
    transfer["state"] = state
    for _ in range(3):
        pass_time(books)
        assert confirm() == {"paid": 0, "returned": 0, "open": 1}
    assert money(books, chain, payee)[:2] == (0, 10)
    assert books.value("SELECT circle_state FROM ops.settlements") == state

    transfer["state"] = "SENT"
    circle.finish()
    pass_time(books)
    assert confirm() == {"paid": 1, "returned": 0, "open": 0}


def test_an_answer_that_cannot_be_read_holds_up_nobody_else(books: Books, chain: Chain, circle: Circle) -> None:
    payees(books, 4)
    submit()
    circle.finish()
    first, second, third, _ = circle.transactions.values()
    del first["state"]
    second["amounts"] = ["ten"]
    third["amounts"] = {}
    pass_time(books)
    assert confirm() == {"paid": 1, "returned": 0, "open": 2, "conflicts": 1}
    assert states(books) == {"final_ok": 1, "broadcast": 2, "conflict": 1}


@pytest.mark.parametrize("fault", ["lost", "lost before", "500", "500 before", "slow"])
def test_an_answer_that_is_lost_is_no_second_transfer(books: Books, chain: Chain, circle: Circle, fault: Fault) -> None:
    (payee,) = payees(books, 1)
    circle.fail(fault)
    assert submit() == {"sent": 0, "unanswered": 1}
    assert (states(books), money(books, chain, payee)) == ({"reserved": 1}, (0, 10, 0))
    assert submit() == {"sent": 0, "unanswered": 0}  # it is not due yet

    pass_time(books)
    assert submit() == {"sent": 1, "unanswered": 0}
    circle.finish()
    pass_time(books)
    confirm()

    assert set(asked(circle).values()) == {1}
    assert money(books, chain, payee) == (0, 0, 10)


def test_what_circle_has_is_found_before_it_is_asked_for_again(books: Books, circle: Circle) -> None:
    payees(books, 1)
    circle.fail("lost")
    submit()
    circle.called.clear()
    pass_time(books)
    assert submit() == {"sent": 1, "unanswered": 0}
    assert [method for method, _, _ in circle.called] == ["GET"]


def test_a_transfer_is_found_among_many_to_the_same_worker(books: Books, circle: Circle) -> None:
    payees(books, 1)
    circle.fail("lost")
    submit()
    (transfer,) = circle.transactions.values()
    for _ in range(120):
        newer = transfer | {"id": str(uuid4()), "refId": str(uuid4())}
        circle.transactions[newer["id"]] = newer
    pass_time(books)
    assert submit() == {"sent": 1, "unanswered": 0}
    assert books.value("SELECT circle_tx_id FROM ops.settlements") == transfer["id"]


@pytest.mark.parametrize("fault", ["429", "queue full"])
def test_when_circle_has_no_room_the_rest_waits(books: Books, circle: Circle, fault: Fault) -> None:
    payees(books, 5)
    circle.fail(fault)
    assert submit() == {"sent": 0, "unanswered": 1}
    assert states(books) == {"queued": 4, "reserved": 1}
    pass_time(books)
    assert submit() == {"sent": 5, "unanswered": 0}


@pytest.mark.parametrize("fault", ["401", "400"])
def test_what_circle_refuses_stays_set_aside_and_says_why(
    books: Books, chain: Chain, circle: Circle, fault: Fault
) -> None:
    refused, _ = payees(books, 2)
    circle.fail(fault)
    assert submit() == {"sent": 1, "unanswered": 1}
    assert money(books, chain, refused)[:2] == (0, 10)
    assert books.value("SELECT error FROM ops.circle_polls WHERE error IS NOT NULL").startswith(fault)


def test_each_call_has_a_ciphertext_of_its_own(books: Books, circle: Circle) -> None:
    payees(books, 4)  # the stand-in takes none twice
    assert submit() == {"sent": 4, "unanswered": 0}


def test_a_settlement_is_noted_before_circle_hears_of_it(books: Books, circle: Circle) -> None:
    payees(books, 1)
    with pytest.raises(Crash):
        submit(crash_at=1)
    assert (states(books), circle.transactions) == ({"queued": 1}, {})
    with pytest.raises(Crash):
        submit(crash_at=-1)
    assert (states(books), circle.transactions) == ({"reserved": 1}, {})
    pass_time(books)
    with pytest.raises(Crash):
        submit(crash_at=2)
    assert (states(books), len(circle.transactions)) == ({"reserved": 1}, 1)
    pass_time(books)
    assert submit() == {"sent": 1, "unanswered": 0}
    assert set(asked(circle).values()) == {1}


def test_a_transfer_that_is_not_the_one_asked_for_is_for_a_person(books: Books, chain: Chain, circle: Circle) -> None:
    (payee,) = payees(books, 1)
    submit()
    circle.finish()
    (transfer,) = circle.transactions.values()
    transfer["amounts"] = ["9.999999"]
    pass_time(books)
    assert confirm() == {"paid": 0, "returned": 0, "open": 0, "conflicts": 1}
    assert (states(books), money(books, chain, payee)[:2]) == ({"conflict": 1}, (0, 10))


def test_a_notification_makes_the_next_poll_look(api: Api, books: Books, circle: Circle) -> None:
    books.connection("api").execute("SELECT ops.keep_circle_key(%s, %s)", [KEY_ID, PUBLIC])
    payees(books, 2)
    submit()
    circle.finish()
    first, second = circle.transactions.values()
    assert confirm() == {"paid": 0, "returned": 0, "open": 0}
    notify(api, first)
    assert confirm() == {"paid": 1, "returned": 0, "open": 0}
    # What a notification says is not believed: it is asked about.
    second["state"] = "SENT"
    notify(api, second | {"state": "FAILED"})
    assert confirm() == {"paid": 0, "returned": 0, "open": 1}


def test_a_notification_finds_a_transfer_whose_answer_was_lost(api: Api, books: Books, circle: Circle) -> None:
    books.connection("api").execute("SELECT ops.keep_circle_key(%s, %s)", [KEY_ID, PUBLIC])
    payees(books, 1)
    circle.fail("lost")
    submit()
    (transfer,) = circle.transactions.values()
    notify(api, transfer)
    assert submit() == {"sent": 1, "unanswered": 0}


def test_no_payout_goes_by_both_rails(books: Books, circle: Circle) -> None:
    payees(books, 2)
    again = call(books.connection("jobs"), "queue_settlements", "web3", 5042002, None, f"0x{7:040}", 200, 10)
    assert again["settlements"] == 0
    assert {row["rail"] for row in books.rows("SELECT rail FROM ops.settlements")} == {"circle"}


def test_another_key_for_one_settlement_there_is_none(books: Books, circle: Circle) -> None:
    payees(books, 1)
    (one,) = Working("signer").read(queries.unsent(5042002, 10))
    with pytest.raises(Exception, match="does not change"):
        books.plant("UPDATE ops.settlements SET idempotency_key = %s", uuid4())
    assert Working("signer").read(queries.unsent(5042002, 10)) == [one]


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("CIRCLE_API_KEY", "LIVE_API_KEY:a:b", "circle_api_key"),
        ("CIRCLE_API_KEY", "", "circle_api_key"),
        ("CIRCLE_ENTITY_SECRET", "0f" * 31, "circle_entity_secret"),
        ("CIRCLE_ENTITY_SECRET", "xy" * 32, "circle_entity_secret"),
        ("ARC_CHAIN_ID", "1337", "circle_blockchain"),
        ("SETTLEMENT_RAIL", "bank", "settlement_rail"),
    ],
)
def test_a_setting_that_will_not_do_is_named_and_not_shown(
    circle: Circle, environment: pytest.MonkeyPatch, name: str, value: str, read: str
) -> None:
    environment.setenv(name, value)
    settings.cache_clear()
    with pytest.raises(ConfigError, match=name) as error:
        getattr(settings(), read)
    assert not value or value not in str(error.value)


def test_live_wants_live_keys_and_knows_the_main_chain(circle: Circle, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GIGSTREAM_MODE", "live")
    environment.setenv("ARC_CHAIN_ID", "5042")
    settings.cache_clear()
    assert settings().circle_blockchain == "ARC"
    with pytest.raises(ConfigError, match="mode live"):
        settings().circle_api_key  # noqa: B018 - reading it is what is tried


@tries(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=4),
    faults=st.lists(st.sampled_from(FAULTS), max_size=6),
    crashes=st.lists(st.integers(-4, 4), max_size=6),
    steps=st.lists(st.integers(0, 3), min_size=1, max_size=6),
)
def test_whatever_goes_wrong_each_payout_is_paid_once_or_given_back(
    api: Api,
    books: Books,
    chain: Chain,
    circle: Circle,
    fates: list[str],
    faults: list[Fault],
    crashes: list[int],
    steps: list[int],
) -> None:
    before = chain.balance(chain.signer)
    people = payees(books, len(fates))
    circle.fates |= {payee.address.lower(): fate for payee, fate in zip(people, fates, strict=True)}
    circle.fail(*faults)
    circle.transactions.clear()

    for crash in [*crashes, *[None] * (len(faults) + 6)]:  # on a busy machine a turn is lost
        for work in (submit, confirm):
            attempt(work, crash)
        circle.move_on(steps[len(circle.called) % len(steps)])
        pass_time(books)
    circle.finish()
    pass_time(books)
    attempt(confirm, None)

    assert set(asked(circle).values()) <= {1}
    for payee, fate in zip(people, fates, strict=True):
        expected = (0, 0, 10) if fate == "COMPLETE" else (10, 0, 0)
        assert money(books, chain, payee) == expected, fate
    assert before - chain.balance(chain.signer) == 10 * fates.count("COMPLETE")
    assert books.rows("SELECT * FROM ops.check_invariants()") == []
    # What came back would be paid out by the next round of another example.
    spend(books, people)


def attempt(work: Callable[[int | None], Any], crash: int | None) -> None:
    with suppress(Crash):
        work(crash or None)


def spend(books: Books, people: Iterable[Payee]) -> None:
    for payee in people:
        books.plant("UPDATE workers SET wallet_address = NULL WHERE id = %s", payee.worker)


def notify(api: Api, transfer: Any) -> None:
    body = json.dumps(notification(transfer)).encode()
    assert api.post("/v1/webhooks/circle", body, headers=signed(body)).json == {"new": True}
