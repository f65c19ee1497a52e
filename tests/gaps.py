"""Gaps between the chain and the books, planted on a busy custody, each with the name that it has to be found by."""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.payday import BLOCK_HASH, Payday

from gigstream_chain.deposits import AGAIN
from gigstream_chain.reconcile import LATE_SECONDS

Gap = Callable[[Payday, Decimal], None]

GAPS: dict[str, tuple[str, Gap]] = {}
NO_SUCH_HASH = "0x" + "ab" * 32
A_MICRO = Decimal("0.000001")


def gap(kind: str) -> Callable[[Gap], Gap]:
    """Register a gap; the amount that it is given is USDC from 0.000002 to 10."""

    def register(plant: Gap) -> Gap:
        GAPS[plant.__name__] = (kind, plant)
        return plant

    return register


def amount(chance: random.Random) -> Decimal:
    return Decimal(chance.randint(2, 10**7)).scaleb(-6)


@gap("deposit_not_in_books")
def the_indexer_passed_a_deposit_over(day: Payday, usdc: Decimal) -> None:
    day.catch_up()
    block = day.deposit(usdc)["blockNumber"]
    day.vault.mine(AGAIN + 1)
    day.credit_log(None, block + AGAIN + 1)


@gap("deposit_not_in_books")
def the_indexer_has_stood_still(day: Payday, usdc: Decimal) -> None:
    day.catch_up()
    day.deposit(usdc)
    day.vault.mine(1)
    day.vault.front.rule = later(day)


@gap("deposit_not_on_chain")
def a_deposit_was_made_out_of_nothing(day: Payday, usdc: Decimal) -> None:
    block = day.deposit("1")["blockNumber"]
    day.index()
    log = {
        "tx_hash": NO_SUCH_HASH, "log_index": 0, "block_number": block, "from_address": day.wallet.address,
        "amount": str(usdc),
    }  # fmt: skip
    day.vault.mine(1)
    day.credit_log(log, block + 1)


@gap("deposit_amount")
def a_deposit_is_worth_more_in_the_books(day: Payday, usdc: Decimal) -> None:
    day.credit(day.deposit(usdc), amount=str(usdc + A_MICRO))


@gap("deposit_sender")
def a_deposit_went_to_another_platform(day: Payday, usdc: Decimal) -> None:
    receipt = day.vault.deposit(day.vault.account(usdc), usdc)
    day.credit(receipt, from_address=day.wallet.address)


@gap("deposit_of_escrow")
def escrow_was_credited_as_a_deposit(day: Payday, usdc: Decimal) -> None:
    payer = day.vault.account(usdc)
    day.vault.escrow(payer, usdc)
    day.credit(day.vault.last)


@gap("payment_not_in_books")
def what_was_paid_counts_as_reverted(day: Payday, usdc: Decimal) -> None:
    settlement = day.reserve(usdc)
    receipt = day.pay(settlement)
    day.books.job(
        "revert_settlement", settlement["id"], receipt["transactionHash"].to_0x_hex(), receipt["blockNumber"],
        receipt["blockHash"].to_0x_hex(), 1, 1, "reverted",
    )  # fmt: skip


@gap("payment_not_in_books")
def what_was_paid_was_never_confirmed(day: Payday, usdc: Decimal) -> None:
    day.catch_up()
    day.pay(day.reserve(usdc))
    day.vault.mine(1)
    day.vault.front.rule = later(day)


@gap("payment_not_on_chain")
def what_was_confirmed_was_never_paid(day: Payday, usdc: Decimal) -> None:
    settlement = day.reserve(usdc)
    block = day.vault.mint(day.vault.nobody(), 1)["blockNumber"]
    day.sent(settlement, NO_SUCH_HASH)
    day.books.job("finish_settlement", settlement["id"], NO_SUCH_HASH, block, BLOCK_HASH, 1, 1, [])


@gap("payment_amount")
def less_was_paid_than_the_books_say(day: Payday, usdc: Decimal) -> None:
    settlement = day.reserve(usdc, "3")
    day.finish(settlement, day.pay(settlement, amounts=[usdc - A_MICRO, 3]))


@gap("payment_payee")
def another_was_paid(day: Payday, usdc: Decimal) -> None:
    settlement = day.reserve(usdc)
    day.finish(settlement, day.pay(settlement, payees=[day.vault.nobody()]))


@gap("payment_failed")
def who_could_not_be_paid_counts_as_paid(day: Payday, usdc: Decimal) -> None:
    blocked = day.vault.nobody()
    day.vault.do(day.vault.minter, day.vault.token.functions.block(blocked))
    settlement = day.reserve(usdc, to=[blocked])
    receipt = day.pay(settlement)
    day.finish(settlement, receipt | {"logs": []})


@gap("payment_failed")
def who_was_paid_counts_as_failed(day: Payday, usdc: Decimal) -> None:
    settlement = day.reserve(usdc, "4")
    receipt = day.pay(settlement)
    day.books.job(
        "finish_settlement", settlement["id"], receipt["transactionHash"].to_0x_hex(), receipt["blockNumber"],
        receipt["blockHash"].to_0x_hex(), 1, 1, [settlement["first_payment_no"]],
    )  # fmt: skip


@gap("payment_unknown")
def the_payers_key_paid_somebody_by_itself(day: Payday, usdc: Decimal) -> None:
    day.vault.pay(1_000_000, [day.vault.nobody()], [usdc])


@gap("books")
def custody_was_written_by_hand(day: Payday, usdc: Decimal) -> None:
    day.books.plant(
        "UPDATE ledger.accounts SET balance = balance + CASE kind WHEN 'custody' THEN %s ELSE -%s END"
        " WHERE kind IN ('custody', 'suspense')",
        usdc, usdc,
    )  # fmt: skip


@gap("custody")
def money_left_custody_without_a_log(day: Payday, usdc: Decimal) -> None:
    short = day.vault.token.functions.balanceOf(day.custody).call() - int(usdc.scaleb(6))
    day.vault.mint(day.vault.nobody(), 1)

    def rule(method: str, params: list[Any]) -> Any:
        asked = method == "eth_call" and params[0]["to"].lower() == day.vault.token.address.lower()
        return f"0x{short:064x}" if asked else None

    day.vault.front.rule = rule


def later(day: Payday) -> Callable[[str, list[Any]], Any]:
    """The head is a quarter of an hour younger than it was."""
    head = day.vault.head()

    def rule(method: str, params: list[Any]) -> Any:
        if method != "eth_getBlockByNumber" or int(params[0], 16) != head:
            return None
        found = day.vault.node.answer({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})["result"]
        return found | {"timestamp": hex(int(found["timestamp"], 16) + LATE_SECONDS)}

    return rule
