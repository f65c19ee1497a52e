"""What is said to PaymentStreaming, and what its events say: numbers of payments, micro-USDC."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from gigstream import money
from gigstream_chain.evm import web3
from gigstream_chain.reader import topic, words
from gigstream_chain.rpc import Node, Receipt

_ABI = json.loads(Path(__file__).with_name("PaymentStreaming.json").read_text())["abi"]


def _topic(event: dict[str, Any]) -> str:
    types = ",".join(argument["type"] for argument in event["inputs"])
    return topic(f"{event['name']}({types})")


EVENTS = {entry["name"]: _topic(entry) for entry in _ABI if entry["type"] == "event"}
BATCH_PAID, PAYMENT_FAILED = EVENTS["BatchPaid"], EVENTS["PaymentFailed"]


@dataclass(frozen=True, slots=True)
class Paid:
    """What a batch paid: its first number, how many there were, what went out, and the numbers that did not."""

    first_payment_no: int
    payments: int
    amount: Decimal
    failed: tuple[int, ...]


def pay_many(first_payment_no: int, payees: Sequence[str], amounts: Sequence[Decimal]) -> str:
    """The call that pays payees their USDC under numbers from the first on."""
    return _encoded("pay_many", first_payment_no, list(payees), [money.micro(amount) for amount in amounts])


def is_used(node: Node, contract: str, payment_no: int) -> bool:
    """Whether the contract has paid, or tried to pay, under this number; where there is none, nobody has. RpcError."""
    answer = node.view(contract, _encoded("is_used", payment_no))
    return answer != "0x" and int(answer, 16) == 1


def paid(receipt: Receipt, contract: str) -> Paid | None:
    """What the contract says in a receipt that it has paid; None when it does not say so once."""
    logs = [log for log in receipt.logs if log.address == contract.lower() and log.topics]
    told = [log for log in logs if log.topics[0] == BATCH_PAID]
    if len(told) != 1:
        return None
    payments, amount = words(told[0].data)
    failed = (int(log.topics[1], 16) for log in logs if log.topics[0] == PAYMENT_FAILED)
    return Paid(int(told[0].topics[1], 16), payments, money.of_micro(amount), tuple(failed))


def _encoded(function: str, *arguments: Any) -> str:
    data: str = _contract().encode_abi(function, arguments)
    return data


@cache
def _contract() -> Any:
    return web3.Web3().eth.contract(abi=_ABI)
