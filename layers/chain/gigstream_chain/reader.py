"""Reading the chain as it was at a block: heads, balances, receipts, and logs in pages that a node will answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from json import JSONDecodeError
from typing import TYPE_CHECKING, TypeVar

from eth_typing import ChecksumAddress, HexStr

from gigstream.config import ConfigError, settings
from gigstream.errors import Unavailable
from gigstream_chain.evm import web3

if TYPE_CHECKING:
    from web3.types import LogReceipt

Result = TypeVar("Result")

TransactionNotFound = web3.exceptions.TransactionNotFound
# What can go wrong with a node; OSError is what the HTTP library's own errors are.
FAILURES = (web3.exceptions.Web3Exception, OSError, JSONDecodeError)

LATER = {-32011, -32014}  # too many requests; blocks that the node has not got yet
PAGE = 9_999  # blocks that Arc's nodes look through at once
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Log:
    """A log; its address has its checksum."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    tx_hash: str
    index: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block; its time in seconds is the same as that of its neighbours at times, its number is not."""

    number: int
    hash: str
    timestamp: int


class Reader:
    """One node. Whatever goes wrong with it, it raises FAILURES: another node, or the next run, may have more luck."""

    def __init__(self, w3: web3.Web3) -> None:
        self._eth = w3.eth

    def head(self) -> int:
        """The number of the newest block."""
        return int(self._eth.block_number)

    def block(self, number: int) -> Block:
        found = self._eth.get_block(number)
        return Block(found["number"], found["hash"].to_0x_hex(), found["timestamp"])

    def receipt(self, tx_hash: str) -> list[Log]:
        """The logs of a transaction, together. Raises TransactionNotFound, also when the node is not so far yet."""
        return [_log(found) for found in self._eth.get_transaction_receipt(HexStr(tx_hash))["logs"]]

    def call(self, to: ChecksumAddress, signature: str, block: int, *arguments: str) -> int:
        """The whole number that a function answers at a block; its arguments are addresses."""
        data = _topic(signature)[:10] + "".join(one[2:].zfill(64) for one in arguments)
        answer = self._eth.call({"to": to, "data": HexStr(data)}, block)
        return int.from_bytes(answer)

    def logs(self, first: int, last: int, address: ChecksumAddress, *topics: str | None) -> Iterator[Log]:
        """The logs of an address in some blocks, in order; topics are the event's signature and addresses.

        A stretch that the node refuses is asked for in halves.
        """
        wanted = [None if one is None else _topic(one) for one in topics]
        page = PAGE
        while first <= last:
            to = min(first + page - 1, last)
            try:
                found = self._eth.get_logs({"fromBlock": first, "toBlock": to, "address": address, "topics": wanted})
            except web3.exceptions.Web3RPCError as refusal:
                if to == first or _code(refusal) in LATER:
                    raise
                page = (to - first + 1) // 2
                continue
            yield from sorted(map(_log, found), key=lambda one: (one.block, one.index))
            first = to + 1


def ask(work: Callable[[Reader], Result]) -> Result:
    """Do some work with the first node that is up to it. Raises Unavailable when none is."""
    failures = []
    for url in settings().arc_rpc_urls:
        try:
            return work(node(url))
        except FAILURES as failure:
            failures.append(failure)
    raise Unavailable("no node of the chain gives an answer") from failures[-1]


@cache
def node(url: str) -> Reader:
    """Without web3's own retries. Raises ConfigError when the node is of another chain."""
    options = {"timeout": SECONDS}
    w3 = web3.Web3(web3.HTTPProvider(url, request_kwargs=options, exception_retry_configuration=None))
    if w3.eth.chain_id != settings().arc_chain_id:
        raise ConfigError("ARC_RPC_URL leads to another chain than ARC_CHAIN_ID")
    return Reader(w3)


def _code(refusal: web3.exceptions.Web3RPCError) -> int | None:
    error = refusal.rpc_response["error"] if refusal.rpc_response else None
    return error["code"] if isinstance(error, dict) else None


def _topic(text: str) -> HexStr:
    """An event's signature as its hash, an address as 32 bytes."""
    return (
        HexStr("0x" + text[2:].lower().zfill(64))
        if text.startswith("0x")
        else HexStr(web3.Web3.keccak(text=text).to_0x_hex())
    )


def _log(found: "LogReceipt") -> Log:
    return Log(
        address=found["address"],
        topics=tuple(bytes(topic) for topic in found["topics"]),
        data=bytes(found["data"]),
        block=found["blockNumber"],
        tx_hash=found["transactionHash"].to_0x_hex(),
        index=found["logIndex"],
    )
