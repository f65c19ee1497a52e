"""Deposits in suspense: an operator says once whose they are."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb
from tests.books import Books, Row, call, refused

CUSTODY = "0x" + "cc" * 20


@pytest.fixture
def stray(books: Books) -> UUID:
    """A deposit of 7.5 USDC by an unknown sender."""
    log = {
        "tx_hash": f"0x{1:064x}", "log_index": 0, "block_number": 1, "from_address": "0x" + "11" * 20, "amount": "7.5",
    }  # fmt: skip
    books.job("credit_deposits", 1, CUSTODY, 0, 1, Jsonb([log]))
    deposit: UUID = books.value("SELECT id FROM ops.deposits")
    return deposit


def assign(books: Books, *values: object) -> Row:
    return call(books.connection("operator"), "assign_deposit", *values)


def test_it_is_given_to_a_platform(books: Books, stray: UUID) -> None:
    platform = books.platform("10")

    assigned = assign(books, stray, platform)

    assert assigned == {"id": stray, "amount": Decimal("7.5"), "available": Decimal("17.5")}
    assert books.balance("suspense") == 0
    assert books.funds(platform) == (Decimal("17.5"), 0)
    found = books.row("SELECT platform_id, in_suspense FROM ops.deposits WHERE id = %s", stray)
    assert found == {"platform_id": platform, "in_suspense": False}
    audit = books.row("SELECT actor_type, resource_id, metadata FROM audit_logs ORDER BY id DESC LIMIT 1")
    assert audit == {
        "actor_type": "system",
        "resource_id": platform,
        "metadata": {"deposit_id": str(stray), "tx_hash": f"0x{1:064x}"},
    }


def test_it_is_put_into_the_pool(books: Books, stray: UUID) -> None:
    assert assign(books, stray)["available"] == Decimal("7.5")
    assert books.balance("suspense") == 0
    assert books.balance("advance_pool") == Decimal("7.5")


@pytest.mark.parametrize("to_platform", [True, False])
def test_it_is_given_once(books: Books, stray: UUID, to_platform: bool) -> None:
    platform = books.platform("0")
    assign(books, stray, *[platform][:to_platform])
    for again in ([], [platform]):
        with refused("GS011"):
            assign(books, stray, *again)


def test_what_is_not_there_or_not_in_suspense_stays(books: Books, stray: UUID) -> None:
    platform = books.platform("1")
    made_up = books.value("SELECT id FROM ops.deposits WHERE tx_hash IS NULL")
    for values, sqlstate in [
        ((uuid4(), platform), "GS001"), ((stray, uuid4()), "GS001"), ((made_up, platform), "GS011"),
    ]:  # fmt: skip
        with refused(sqlstate):
            assign(books, *values)
    assert books.balance("suspense") == Decimal("7.5")


def test_live_the_pool_is_funded_by_deposits_alone(books: Books) -> None:
    """What the operator may do is granted in test mode; live, as nobody's right to make money up."""
    books.plant("REVOKE EXECUTE ON FUNCTION fund_pool FROM operator")
    with refused("42501"):
        call(books.connection("operator"), "fund_pool", 1)
