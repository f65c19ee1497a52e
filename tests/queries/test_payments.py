"""A payout from the worker's balance to final on chain, as settlement will send it."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import pytest

from devstack import migrate
from gigstream import db
from gigstream.errors import InsufficientFunds, NotFound, WrongState
from gigstream.queries import transactions

ALICE = UUID("00000000-0001-7000-8000-000000000001")
MICROGIGS = UUID("00000000-0002-7000-8000-000000000004")  # has released 7.20 USDC to her
HASH = "0x" + 64 * "a"


@pytest.fixture
def session(environment: pytest.MonkeyPatch, url: Callable[[str], str]) -> db.Session:
    migrate.seed(url("owner"))
    return db.Session("jobs")


def test_a_payout_is_set_aside_and_then_final(session: db.Session) -> None:
    begun = db.write(session, transactions.process_payment(ALICE, MICROGIGS, Decimal(7)))
    assert (begun.tx_type, begun.status, begun.amount) == ("payout", "pending", Decimal(7))
    ended = db.write(session, transactions.complete_payment(begun.id, HASH, 100))
    assert (ended.status, ended.tx_hash, ended.payment_no) == ("completed", HASH, 100)


def test_it_ends_once(session: db.Session) -> None:
    begun = db.write(session, transactions.process_payment(ALICE, MICROGIGS, Decimal(7)))
    db.write(session, transactions.complete_payment(begun.id, HASH, 100))
    with pytest.raises(WrongState):
        db.write(session, transactions.complete_payment(begun.id, HASH, 101))


def test_nobody_is_paid_more_than_is_there(session: db.Session) -> None:
    with pytest.raises(InsufficientFunds):
        db.write(session, transactions.process_payment(ALICE, MICROGIGS, Decimal("7.200001")))


def test_there_is_no_payout_for_a_stranger(session: db.Session) -> None:
    with pytest.raises(NotFound):
        db.write(session, transactions.process_payment(MICROGIGS, MICROGIGS, Decimal(1)))
