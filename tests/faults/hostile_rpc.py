"""What stands between the code and a node: it loses, delays, repeats, refuses, and answers from some blocks ago.

`Hostile` is in front of anything that answers JSON-RPC and knows Anvil's controls: the model chain in this process, or
Anvil behind HTTP, where `in_front_of` is a process of its own. The same seed does the same to the same requests.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import StrEnum, auto
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlsplit

from devstack.server import forking

SEND = "eth_sendRawTransaction"
RECEIPT = "eth_getTransactionReceipt"
MOST_BLOCKS_BEHIND = 4


class Fault(StrEnum):
    """What may happen to a request, and to a call in it."""

    REQUEST_LOST = auto()
    ANSWER_LOST = auto()
    TOO_MANY = auto()  # HTTP 429, without Retry-After
    BAD_GATEWAY = auto()  # HTTP 502 and a page of HTML; half of them have been carried out
    BEHIND = auto()  # answers of a node that lags

    ASK_AGAIN = auto()  # -32014 under HTTP 200
    REFUSED = auto()  # this hash, by this node, for ever
    TWICE = auto()  # delivered twice, and the second answer is told: already known
    MINED_BETWEEN = auto()  # the same with a block in between: nonce too low
    FORGOTTEN = auto()  # accepted, then dropped
    ANOTHERS = auto()  # the receipt of another transaction
    UNSTABLE = auto()  # a receipt in a block that does not stay


STORM: Mapping[Fault, float] = {
    Fault.REQUEST_LOST: 0.04,
    Fault.ANSWER_LOST: 0.04,
    Fault.TOO_MANY: 0.03,
    Fault.BAD_GATEWAY: 0.03,
    Fault.BEHIND: 0.15,
    Fault.ASK_AGAIN: 0.03,
    Fault.REFUSED: 0.05,
    Fault.TWICE: 0.05,
    Fault.MINED_BETWEEN: 0.05,
    Fault.FORGOTTEN: 0.1,
    Fault.ANOTHERS: 0.03,
    Fault.UNSTABLE: 0.03,
}


class Refusal(Exception):
    """The error object of an answer."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.error: dict[str, Any] = {"code": code, "message": message} | ({"data": data} if data else {})


class Silence(Exception):
    """Nothing comes back."""


Node = Callable[[str, list[Any]], Any]  # method, parameters: the result; Refusal


class Hostile:
    """Between a caller and a node. `weather` says how likely each fault is; none, and it only passes on."""

    def __init__(self, node: Node, chance: random.Random, weather: Mapping[Fault, float] | None = None) -> None:
        self.node, self.chance = node, chance
        self.weather = dict(weather or {})
        self.done: Counter[Fault] = Counter()
        self.refused: set[str] = set()
        self._receipts: list[dict[str, Any]] = []

    def exchange(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of an answer; Silence."""
        asked = json.loads(body)
        if self._strikes(Fault.REQUEST_LOST):
            raise Silence
        if self._strikes(Fault.TOO_MANY):
            return 429, b'{"jsonrpc": "2.0", "id": null, "error": {"code": 429, "message": "rate limited"}}'
        broken = self._strikes(Fault.BAD_GATEWAY)
        if broken and self.chance.random() < 0.5:
            return 502, b"<html>502 Bad Gateway</html>"
        behind = self.chance.randint(1, MOST_BLOCKS_BEHIND) if self._strikes(Fault.BEHIND) else 0
        answers = [self._answer(call, behind) for call in (asked if isinstance(asked, list) else [asked])]
        if broken:
            return 502, b"<html>502 Bad Gateway</html>"
        if self._strikes(Fault.ANSWER_LOST):
            raise Silence
        return 200, json.dumps(answers if isinstance(asked, list) else answers[0]).encode()

    def _answer(self, call: dict[str, Any], behind: int) -> dict[str, Any]:
        told = {"jsonrpc": "2.0", "id": call.get("id")}
        if self._strikes(Fault.ASK_AGAIN):
            return told | {"error": {"code": -32014, "message": "the node is not ready"}}
        try:
            return told | {"result": self._result(call["method"], list(call.get("params") or []), behind)}
        except Refusal as refusal:
            return told | {"error": refusal.error}

    def _result(self, method: str, params: list[Any], behind: int) -> Any:
        if method == SEND:
            return self._send(params[0])
        if method == RECEIPT:
            return self._receipt(params[0], behind)
        if behind:
            head = int(self.node("eth_blockNumber", []), 16)
            seen = hex(max(0, head - behind))
            if method == "eth_blockNumber":
                return seen
            params = [seen if param in ("latest", "pending") else param for param in params]
        return self.node(method, params)

    def _send(self, raw: str) -> Any:
        if raw in self.refused or self._strikes(Fault.REFUSED):
            self.refused.add(raw)
            raise Refusal(-32003, "transaction rejected")
        sent = self.node(SEND, [raw])
        if self._strikes(Fault.TWICE):
            return self.node(SEND, [raw])
        if self._strikes(Fault.MINED_BETWEEN):
            self.node("evm_mine", [])
            return self.node(SEND, [raw])
        if self._strikes(Fault.FORGOTTEN):
            self.node("anvil_dropTransaction", [sent])
        return sent

    def _receipt(self, tx_hash: str, behind: int) -> Any:
        receipt = self.node(RECEIPT, [tx_hash])
        head = int(self.node("eth_blockNumber", []), 16)
        if receipt and int(receipt["blockNumber"], 16) <= head - behind:
            self._receipts.append(receipt)
            return receipt
        if self._receipts and self._strikes(Fault.ANOTHERS):
            return self.chance.choice(self._receipts)
        if self._receipts and self._strikes(Fault.UNSTABLE):
            block = {"blockHash": f"0x{self.chance.getrandbits(256):064x}", "blockNumber": hex(head)}
            return self.chance.choice(self._receipts) | block | {"transactionHash": tx_hash, "status": "0x1"}
        return None

    def _strikes(self, fault: Fault) -> bool:
        strikes = self.chance.random() < self.weather.get(fault, 0)
        self.done[fault] += strikes
        return strikes


def over_http(url: str) -> Node:
    """A node at an address."""
    place = urlsplit(url)

    def call(method: str, params: list[Any]) -> Any:
        connection = HTTPConnection(place.hostname or "", place.port, timeout=30)
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if "error" in answer:
            raise Refusal(**answer["error"])
        return answer["result"]

    return call


@contextmanager
def in_front_of(url: str, seed: int) -> Iterator[str]:
    """The address of a proxy to a node, a process of its own; `hostile_weather` sets what it does, at first nothing."""
    with HTTPServer(("127.0.0.1", 0), _Handler) as server:
        process = forking.Process(target=_serve, args=(server, url, seed), daemon=True)
        process.start()
        server.socket.close()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            process.kill()
            process.join()


def _serve(server: HTTPServer, url: str, seed: int) -> None:
    hostile = Hostile(over_http(url), random.Random(seed))
    server.RequestHandlerClass = type("Handler", (_Handler,), {"hostile": hostile})
    server.serve_forever()


class _Handler(BaseHTTPRequestHandler):
    """One request a connection. Silence is a connection that ends without a word."""

    hostile: Hostile

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told = json.loads(body)
        if isinstance(told, dict) and told["method"] == "hostile_weather":
            self.hostile.weather = {Fault(name): rate for name, rate in told["params"][0].items()}
            status, answer = 200, json.dumps({"jsonrpc": "2.0", "id": told["id"], "result": self.hostile.done}).encode()
        else:
            try:
                status, answer = self.hostile.exchange(body)
            except Silence:
                return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nobody reads it."""
