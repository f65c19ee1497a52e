"""Reading the chain as it was at a block: custody, receipts, and logs in stretches that a node will answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from eth_utils.crypto import keccak

from gigstream import log
from gigstream.config import settings
from gigstream.errors import Unavailable
from gigstream_chain.rpc import AskAgain, Node, Refused, RpcError, nodes

Result = TypeVar("Result")

LOG_BLOCKS = 9_999  # of one eth_getLogs


@dataclass(frozen=True, slots=True)
class Log:
    """A log and where it stands; addresses are in lower case."""

    address: str
    topics: tuple[str, ...]
    data: str
    block: int
    tx_hash: str
    index: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block; its time in seconds may be that of its neighbours, its number is its own."""

    number: int
    hash: str
    timestamp: int


class Unknown(AskAgain):
    """The node does not have the transaction: there is none, or the node is not so far yet."""


class Reader:
    """One node, as a reader of its past. Methods raise AskAgain or Refused."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def head(self) -> int:
        """The number of the node's newest block."""
        return self._node.head()

    def block(self, number: int) -> Block:
        found = self._node.call("eth_getBlockByNumber", hex(number), False)
        if found is None:
            raise AskAgain(f"the node has no block {number}")
        return Block(number, found["hash"], int(found["timestamp"], 16))

    def receipt(self, tx_hash: str) -> list[Log]:
        """The logs of a transaction, together. Raises Unknown, also when the node is not so far yet."""
        found = self._node.call("eth_getTransactionReceipt", tx_hash)
        if found is None:
            raise Unknown(f"the node has no transaction {tx_hash}")
        return [_log(one) for one in found["logs"]]

    def view(self, to: str, signature: str, block: int, *addresses: str) -> int:
        """The whole number that a function answers to addresses at a block."""
        data = topic(signature)[:10] + "".join(topic(address)[2:] for address in addresses)
        return int(self._node.call("eth_call", {"to": to, "data": data}, hex(block)), 16)

    def logs(self, first: int, last: int, address: str, *topics: str | None) -> Iterator[Log]:
        """The logs of an address in some blocks, in order; a stretch that the node refuses is asked for in halves."""
        size = LOG_BLOCKS
        while first <= last:
            to = min(first + size - 1, last)
            wanted = {"address": address, "topics": list(topics), "fromBlock": hex(first), "toBlock": hex(to)}
            try:
                found: list[dict[str, Any]] = self._node.call("eth_getLogs", wanted)
            except Refused:
                if to == first:
                    raise
                size = (to - first + 1) // 2
                continue
            yield from sorted(map(_log, found), key=lambda one: (one.block, one.index))
            first = to + 1


def ask(work: Callable[[Reader], Result]) -> Result:
    """Do some work with the first node that is up to it. Unavailable when none is, ConfigError for another chain."""
    for node in nodes():
        try:
            node.check(settings().arc_chain_id)
            return work(Reader(node))
        except RpcError as error:
            log.error("node does not answer", error, node=node.name)
    raise Unavailable("none of the nodes of ARC_RPC_URL answers")


def topic(text: str) -> str:
    """How a log shows an event's signature, or an address."""
    return f"0x{text[2:].lower():0>64}" if text.startswith("0x") else f"0x{keccak(text=text).hex()}"


def words(data: str) -> list[int]:
    """The whole numbers in a log's data."""
    digits = data.removeprefix("0x")
    return [int(digits[start : start + 64], 16) for start in range(0, len(digits), 64)]


def _log(found: dict[str, Any]) -> Log:
    return Log(
        found["address"].lower(),
        tuple(found["topics"]),
        found["data"],
        int(found["blockNumber"], 16),
        found["transactionHash"],
        int(found["logIndex"], 16),
    )
