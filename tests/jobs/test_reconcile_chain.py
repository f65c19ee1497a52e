"""Custody against the books: quiet while all is well, whatever is on its way; loud, and by name, when it is not."""

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.books import Books, call, refused
from tests.custody import CHAIN_ID, Vault, configure, forget, vault
from tests.gaps import GAPS, later
from tests.payday import BLOCK_HASH, Payday

from gigstream.errors import CustodyDiffers, Unavailable
from gigstream.queries.chain import Book
from gigstream_chain import comparing
from gigstream_chain.movements import Batch, Movements, Payment

__all__ = ["vault"]


@pytest.fixture
def payday(vault: Vault, books: Books) -> Payday:
    return Payday(vault, books)


def test_before_anything_is_indexed_there_is_nothing_to_compare(payday: Payday, books: Books) -> None:
    payday.deposit(5)
    assert payday.reconcile() == {"compared": 0, "breaks": 0}
    assert books.rows("SELECT FROM ops.reconciliations") == []


def test_busy_books_agree_with_the_chain(payday: Payday, books: Books) -> None:
    payday.busy()
    payday.on_its_way()
    assert payday.reconcile()["breaks"] == 0

    held = payday.vault.custody()
    assert books.row(
        "SELECT block, chain_custody, book_custody, in_flight, difference, made_up, breaks,"
        " cardinality(unmatched) AS open FROM ops.reconciliations"
    ) == {
        "block": payday.vault.head(),
        "chain_custody": held,
        "book_custody": held + 15 - Decimal("9.5"),
        "in_flight": Decimal("-5.5"),
        "difference": 0,
        "made_up": 100000 - 12 + 50,
        "breaks": 0,
        "open": 2,
    }


def test_what_was_on_its_way_arrives(payday: Payday, books: Books) -> None:
    payday.busy()
    payday.on_its_way()
    payday.reconcile()
    payday.reconcile()
    payday.catch_up()
    payday.reconcile()

    runs = books.rows("SELECT in_flight, cardinality(unmatched) AS open FROM ops.reconciliations ORDER BY id")
    assert runs == [{"in_flight": Decimal("-5.5"), "open": 2}] * 2 + [{"in_flight": 0, "open": 0}]


def test_a_quiet_hour_costs_no_pass_over_the_books(payday: Payday, books: Books) -> None:
    payday.busy()
    assert payday.reconcile()["compared"] > 0
    payday.vault.mine(3)
    assert payday.reconcile() == {"compared": 0, "breaks": 0}
    assert books.value("SELECT max(block) FROM ops.reconciliations") == payday.vault.head()
    payday.settle_without_chain(3)
    assert payday.reconcile() == {"compared": 0, "breaks": 0}
    assert books.value("SELECT made_up FROM ops.reconciliations ORDER BY id DESC LIMIT 1") == 100000 - 15 + 50


def test_a_break_is_named_in_the_log_and_fails_the_run(
    payday: Payday, books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    payday.deposit(5)
    payday.index()
    _, plant = GAPS["the_payers_key_paid_somebody_by_itself"]
    plant(payday, Decimal("1.5"))

    with pytest.raises(CustodyDiffers, match="1 breaks"):
        payday.reconcile()

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (named,) = [line for line in lines if line["message"] == "custody differs"]
    expected = {
        "level": "ERROR", "kind": "payment_unknown", "subject": "1000000", "chain_amount": "-1.500000",
        "book_amount": "0", "block": payday.vault.head(),
    }  # fmt: skip
    assert {name: named[name] for name in expected} == expected
    assert books.rows("SELECT error FROM ops.job_runs WHERE job = 'reconcile_chain'") == [{"error": "CustodyDiffers"}]


def test_a_break_is_open_until_it_is_gone(payday: Payday, books: Books) -> None:
    payday.deposit(1)
    payday.index()
    settlement = payday.reserve("0.5")
    receipt = payday.pay(settlement)
    payday.vault.mine(1)
    payday.vault.front.rule = later(payday)
    for _ in range(2):
        with pytest.raises(CustodyDiffers):
            payday.reconcile()
    assert payday.open_breaks() == ["payment_not_in_books"]
    payday.finish(settlement, receipt)
    payday.reconcile()

    (found,) = books.rows("SELECT chain_amount, book_amount, found_by, closed_by FROM ops.chain_breaks")
    runs = [row["id"] for row in books.rows("SELECT id FROM ops.reconciliations ORDER BY id")]
    assert found == {
        "chain_amount": Decimal("-0.5"), "book_amount": 0, "found_by": runs[0], "closed_by": runs[2],
    }  # fmt: skip


@pytest.mark.parametrize("hidden", ["eth_getLogs of all", "eth_getLogs once", "receipts"])
def test_a_node_that_is_behind_raises_no_alarm(payday: Payday, books: Books, hidden: str) -> None:
    """Behind a balancer the head may be of one node and the logs of another."""
    payday.busy()
    payday.reconcile()
    payday.deposit(3)
    payday.index()
    payday.on_its_way()
    if hidden == "receipts":
        payday.reconcile()
        payday.vault.mine(1)

    left = {"eth_getLogs of all": 99, "eth_getLogs once": 3, "receipts": 0}[hidden]

    def rule(method: str, _params: list[Any]) -> Any:
        nonlocal left
        if method == "eth_getTransactionReceipt" and hidden != "eth_getLogs once":
            raise KeyError(-32014)
        if method == "eth_getLogs" and left:
            left -= 1
            return []
        return None

    payday.vault.front.rule = rule
    if hidden == "eth_getLogs once":
        assert payday.reconcile()["breaks"] == 0
    else:
        with pytest.raises(Unavailable):
            payday.reconcile()
    assert payday.open_breaks() == []


def test_a_head_that_lags_is_no_news(payday: Payday, books: Books) -> None:
    payday.deposit(5)
    payday.index()
    payday.reconcile()
    payday.vault.front.rule = lambda method, _params: "0x2" if method == "eth_blockNumber" else None
    assert payday.reconcile() == {"compared": 0, "breaks": 0}


def test_another_chain_is_told_as_that(payday: Payday, books: Books) -> None:
    payday.deposit(5)
    payday.index()
    payday.reconcile()
    books.plant("UPDATE ops.reconciliations SET block_hash = %s", BLOCK_HASH)
    payday.deposit(5)
    payday.index()
    with pytest.raises(CustodyDiffers):
        payday.reconcile()
    assert payday.open_breaks() == ["other_chain"]


def test_live_books_hold_nothing_that_was_made_up(
    payday: Payday, books: Books, environment: pytest.MonkeyPatch
) -> None:
    payday.deposit(5)
    payday.index()
    payday.reconcile()
    environment.setenv("GIGSTREAM_MODE", "live")
    environment.delenv("ARC_SIGNER_KEY", raising=False)
    forget()
    payday.deposit(1)
    payday.index()
    with pytest.raises(CustodyDiffers):
        payday.reconcile()
    (found,) = books.rows("SELECT kind, chain_amount, book_amount FROM ops.chain_breaks")
    assert found == {"kind": "made_up", "chain_amount": 0, "book_amount": 100000}


def test_an_older_view_changes_nothing(payday: Payday, books: Books) -> None:
    payday.deposit(5)
    payday.index()
    payday.reconcile()
    head = payday.vault.head()
    for block, kept in [(head - 1, []), (head, [1])]:
        rows = books.rows(
            "SELECT opened + 1 AS opened FROM record_reconciliation(%s, %s, %s, %s, 5, 5, 0, 0, '{}', '[]')",
            CHAIN_ID, payday.custody, block, BLOCK_HASH,
        )  # fmt: skip
        assert [row["opened"] for row in rows] == kept
    with refused("GS001"):
        call(books.connection("jobs"), "record_reconciliation", 1, payday.custody, 1, BLOCK_HASH, 0, 0, 0, 0, [], "[]")


# --------------------------------------------------------------------------------------------------- the Circle rail

PAYEE, WALLET = "0x" + "11" * 20, "0x" + "22" * 20
HASH, OTHER = "0x" + "01" * 32, "0x" + "02" * 32


def circle(state: str, tx_hash: str | None, amount: str = "2", to: str = PAYEE) -> dict[str, Any]:
    payment = {"transaction_id": "t", "to_address": to, "amount": amount, "failed": False}
    return {"id": "s", "state": state, "tx_hash": tx_hash, "first_payment_no": None, "payments": [payment]}


@pytest.mark.parametrize(
    ("row", "kinds", "waits"),
    [
        (circle("final_ok", HASH), [], 0),
        (circle("final_ok", HASH, amount="3"), ["payment_amount"], 0),
        (circle("final_ok", HASH, to=WALLET), ["payment_payee"], 0),
        (circle("final_ok", OTHER), ["payment_unknown", "payment_not_on_chain"], 0),
        (circle("broadcast", None), [], -2),
        (circle("broadcast", None, amount="3"), ["payment_unknown"], 0),
        (circle("broadcast", None, to=WALLET), ["payment_unknown"], 0),
    ],
)
def test_a_transfer_of_circles_is_known_by_its_hash_or_by_what_it_pays(
    row: dict[str, Any], kinds: list[str], waits: int
) -> None:
    moved = {HASH: Movements(batches=(Batch(HASH, 7, None, 2_000_000, (Payment(PAYEE, 2_000_000),)),))}
    paid = Decimal(row["payments"][0]["amount"]) if row["state"] == "final_ok" else Decimal(0)
    none = Decimal(0)
    book = Book(10 - paid, none, Decimal(10), Decimal(10), paid, paid, [], [row])
    result = comparing.compare(moved, book, Decimal(8), may_wait=lambda _block, _is_deposit: True, may_make_up=False)
    assert [one.kind for one in result.breaks] == kinds
    assert result.in_flight == waits


def test_the_next_node_is_asked(payday: Payday, vault: Vault, environment: pytest.MonkeyPatch) -> None:
    payday.deposit(5)
    payday.index()
    with vault.front.serving() as url:
        configure(environment, vault, "http://127.0.0.1:9", url)
        assert payday.reconcile()["compared"] == 1
