"""A node over JSON-RPC: every question is asked once and in seconds, and what comes back is sorted. It is all hints.

Asked once: web3 would repeat even eth_sendRawTransaction by itself, and then see its own first attempt as an error.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from requests.exceptions import RequestException

from gigstream import log
from gigstream.config import ConfigError, settings
from gigstream_chain.evm import web3

CONNECT_SECONDS = 3
ANSWER_SECONDS = 10
BATCH = 100  # Arc's nodes refuse more

# -32014 not imported yet, -32011 and 429 too many requests, -32005 a provider's limit, -32603 something inside.
_AGAIN = {-32014, -32011, -32005, -32603, 429}
# By which a node says that it may have these bytes, or had them, or that the nonce is used, perhaps by them. A fee
# below the base fee is looked at on arrival only: they may have arrived before it rose.
_MAYBE = ("already known", "already imported", "known transaction", "nonce too low", "nonce is too low", "base fee")
# What web3 and requests raise, whether it is the network or an answer that cannot be read.
_DRIVER = (RequestException, web3.exceptions.Web3Exception, ValueError, TypeError, KeyError, AttributeError)
_POOR = "insufficient funds"


class RpcError(Exception):
    """A node did not answer a question."""


class AskAgain(RpcError):
    """Nobody knows: no answer, no whole answer, or one that says so."""


class Refused(RpcError):
    """The node refuses: with `code`, its `message`, and the bytes with which a call was reverted."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message
        self.data = data


@dataclass(frozen=True, slots=True)
class Sending:
    """What a node says to a raw transaction. None of it proves that the transaction is there, or that it is not."""

    verdict: Literal["accepted", "maybe", "refused"]
    answer: str

    @property
    def poor(self) -> bool:
        """Whether the node says that the wallet cannot pay the gas."""
        return self.verdict == "refused" and _POOR in self.answer.lower()


@dataclass(frozen=True, slots=True)
class Log:
    """An event of a contract's; `address` in lower case."""

    address: str
    topics: tuple[str, ...]
    data: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction, as one node has it; `gas_price` in wei."""

    tx_hash: str
    block_number: int
    block_hash: str
    succeeded: bool
    gas_used: int
    gas_price: int
    logs: tuple[Log, ...]


class Node:
    """The node at `url`. Methods raise AskAgain or Refused."""

    def __init__(self, url: str) -> None:
        self.name = urlsplit(url).hostname or ""  # for logs: a URL may hold a key
        self._provider = web3.HTTPProvider(
            url, request_kwargs={"timeout": (CONNECT_SECONDS, ANSWER_SECONDS)}, exception_retry_configuration=None
        )

    def call(self, method: str, *params: Any) -> Any:
        """The result of one call."""
        return _result(self._exchange(lambda: self._provider.make_request(method, list(params))))

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """The results of many calls, in their order; where one was not answered stands its RpcError."""
        results: list[Any] = []
        for start in range(0, len(calls), BATCH):
            part: Any = [(method, list(params)) for method, params in calls[start : start + BATCH]]
            answers = self._exchange(lambda: self._provider.make_batch_request(part))  # noqa: B023
            if not isinstance(answers, list) or len(answers) != len(part):
                _result(answers)
                raise AskAgain("the node answers another number of questions")
            results += map(_result_or_error, answers)
        return results

    def check(self, chain_id: int) -> None:
        """ConfigError when the node is of another chain."""
        found = _number(self.call("eth_chainId"))
        if found != chain_id:
            raise ConfigError(f"ARC_RPC_URL leads to chain {found}; ARC_CHAIN_ID is {chain_id}")

    def head(self) -> int:
        return _number(self.call("eth_blockNumber"))

    def nonce(self, address: str) -> int:
        """How many transactions of the address stand in blocks."""
        return _number(self.call("eth_getTransactionCount", address, "latest"))

    def balance(self, address: str) -> int:
        """What the address can pay gas with, in wei."""
        return _number(self.call("eth_getBalance", address, "latest"))

    def base_fee(self) -> int:
        """Wei a unit of gas, in the newest block."""
        return _number(_field(self.call("eth_getBlockByNumber", "latest", False), "baseFeePerGas"))

    def view(self, to: str, data: str, sender: str | None = None) -> str:
        """What a contract answers at the newest block. Refused when it reverts."""
        asked = {"to": to, "data": data} | ({"from": sender} if sender else {})
        answer: str = self.call("eth_call", asked, "latest")
        return answer

    def estimate(self, to: str, data: str, sender: str) -> int:
        """The gas that a transaction takes. Refused when it would revert."""
        return _number(self.call("eth_estimateGas", {"to": to, "data": data, "from": sender}))

    def receipts(self, hashes: Sequence[str]) -> dict[str, Receipt | None]:
        """What became of transactions, as far as this node says; None is a transaction that it does not know.

        A hash about which it does not say anything is left out. A receipt counts when its block is still the chain's
        and has the transaction in it.
        """
        answers = self.batch([("eth_getTransactionReceipt", [tx_hash]) for tx_hash in hashes])
        found = {}
        for tx_hash, answer in zip(hashes, answers, strict=True):
            with suppress(AskAgain):
                found[tx_hash] = _receipt(answer, tx_hash)
        mined = [receipt for receipt in found.values() if receipt]
        blocks = self.batch([("eth_getBlockByNumber", [hex(receipt.block_number), False]) for receipt in mined])
        for receipt, block in zip(mined, blocks, strict=True):
            if not isinstance(block, dict) or not (
                block.get("hash") == receipt.block_hash and receipt.tx_hash in block.get("transactions", [])
            ):
                del found[receipt.tx_hash]
        return found

    def send(self, raw: bytes) -> Sending:
        """Send a signed transaction, once."""
        try:
            self.call("eth_sendRawTransaction", f"0x{raw.hex()}")
        except Refused as error:
            maybe = any(words in error.message.lower() for words in _MAYBE)
            return Sending("maybe" if maybe else "refused", str(error))
        except AskAgain as error:
            return Sending("maybe", str(error))
        return Sending("accepted", "accepted")

    def _exchange(self, ask: Any) -> Any:
        """What the node said; AskAgain when it did not, or not in JSON."""
        try:
            return ask()
        except _DRIVER as error:
            # A driver's own words may hold the URL.
            raise AskAgain(f"no answer: {_kind(error)}") from error


def nodes() -> list[Node]:
    """Those of ARC_RPC_URL."""
    return [Node(url) for url in settings().arc_rpc_urls]


def reachable(asked: Sequence[Node] | None = None) -> list[Node]:
    """Those that answer at the moment. ConfigError for another chain; AskAgain when there is none."""
    found = []
    for node in nodes() if asked is None else asked:
        try:
            node.check(settings().arc_chain_id)
        except RpcError as error:
            log.error("node does not answer", error, node=node.name)
        else:
            found.append(node)
    if not found:
        raise AskAgain("none of the nodes of ARC_RPC_URL answers")
    return found


def _kind(error: Exception) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return f"HTTP {status}" if status else type(error).__name__


def _result(answer: Any) -> Any:
    result = _result_or_error(answer)
    if isinstance(result, RpcError):
        raise result
    return result


def _result_or_error(answer: Any) -> Any:
    """What an answer says; its RpcError instead."""
    if not isinstance(answer, dict):
        return AskAgain("the answer is none of JSON-RPC")
    error = answer.get("error")
    if error is None:
        return answer["result"] if "result" in answer else AskAgain("the answer has no result")
    if not isinstance(error, dict) or not isinstance(error.get("code"), int):
        return AskAgain("the answer has no error code")
    message = str(error.get("message"))
    if error["code"] in _AGAIN:
        return AskAgain(f"{message} ({error['code']})")
    return Refused(error["code"], message, error.get("data"))


def _number(value: Any) -> int:
    """A quantity: hexadecimal digits."""
    try:
        return int(value, 16)
    except (TypeError, ValueError):
        raise AskAgain("the answer is no quantity") from None


def _field(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        raise AskAgain("the answer is no object")
    return value.get(name)


def _receipt(answer: Any, tx_hash: str) -> Receipt | None:
    """AskAgain when it is no whole receipt of that transaction, in a block."""
    if answer is None:
        return None
    if not isinstance(answer, dict) or answer.get("transactionHash") != tx_hash:
        raise AskAgain("the answer is no receipt of the transaction")
    try:
        return Receipt(
            answer["transactionHash"],
            _number(answer["blockNumber"]),
            answer["blockHash"],
            _number(answer["status"]) == 1,
            _number(answer["gasUsed"]),
            _number(answer.get("effectiveGasPrice", "0x0")),
            tuple(Log(log["address"].lower(), tuple(log["topics"]), log["data"]) for log in answer["logs"]),
        )
    except (KeyError, TypeError, AttributeError):
        raise AskAgain("the receipt is not whole") from None
