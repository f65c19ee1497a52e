"""Circle in small, over HTTP: the documented endpoints, idempotency keys honoured, ciphertexts really decrypted.

A transfer pays when it is told to move on, through `settle`. What can go wrong on the way is planted with `fail`, what
a transfer comes to with `fates`.
"""

import json
import time
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from Crypto.Cipher import PKCS1_OAEP
from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC, RSA
from Crypto.Signature import DSS

from devstack.gateway import Answer

Data = dict[str, Any]
# Before Circle has done anything, or after: what the caller sees does not tell.
Fault = Literal["lost", "lost before", "500", "500 before", "slow", "429", "queue full", "401", "400"]
Settle = Callable[[str, Decimal], Data]

API_KEY = "TEST_API_KEY:stand-in:secret"
ENTITY_SECRET = "0f" * 32
KEY_ID = UUID("4c3e2c0a-3c0a-4a5c-9b3b-0d4b6f1c2a11")
# One pair for all test processes, so that a key that a database knows goes on being right.
SIGNING = ECC.construct(curve="P-256", d=int.from_bytes(SHA256.new(b"the stand-in's signing key").digest(), "big"))
PUBLIC = SIGNING.public_key().export_key(format="DER")
_ENTITY = RSA.generate(2048)
_PATH = ["INITIATED", "CLEARED", "QUEUED", "SENT", "CONFIRMED", "COMPLETE"]
_ENDED = {"COMPLETE", "FAILED", "DENIED", "CANCELLED", "CANCELED"}


def signed(body: bytes, key: ECC.EccKey = SIGNING, key_id: UUID = KEY_ID) -> dict[str, str]:
    """The headers of a notification."""
    signature = DSS.new(key, "fips-186-3", encoding="der").sign(SHA256.new(body))
    return {"X-Circle-Key-Id": str(key_id), "X-Circle-Signature": b64encode(signature).decode()}


def notification(transaction: Data, **changes: Any) -> Data:
    """What Circle sends about a transaction."""
    now = datetime.now(UTC)
    return {
        "subscriptionId": str(uuid4()),
        "notificationId": str(uuid4()),
        "notificationType": "transactions.outbound",
        "notification": transaction,
        "timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.%f") + "123Z",
        "version": 2,
    } | changes


def nowhere(_to: str, _amount: Decimal) -> Data:
    """On no chain: a receipt all the same."""
    return {"txHash": "0x" + uuid4().hex * 2, "blockHeight": 7, "blockHash": "0x" + uuid4().hex * 2}


@dataclass(repr=False)
class Circle:
    """The state behind the endpoints. `called` is every request: method, path, status."""

    settle: Settle = nowhere
    wallet_id: str = field(default_factory=lambda: str(uuid4()))
    url: str = ""
    called: list[tuple[str, str, int]] = field(default_factory=list)
    wallets: dict[str, Data] = field(default_factory=dict)
    transactions: dict[str, Data] = field(default_factory=dict)
    fates: dict[str, str] = field(default_factory=dict)  # by destination: the state that its transfers end in
    _faults: deque[Fault] = field(default_factory=deque)
    _ciphertexts: set[str] = field(default_factory=set)
    _answers: dict[str, tuple[Data, Data]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __repr__(self) -> str:
        """Where it is alone: what it was asked would fill pages, and hide what a property test has to say."""
        return f"<Circle at {self.url}>"

    def fail(self, *faults: Fault) -> None:
        """The next POSTs go wrong, each in its way."""
        self._faults.extend(faults)

    def move_on(self, steps: int = 1) -> list[Data]:
        """Each open transfer goes so many states further; what has changed."""
        with self._lock:
            open_ones = [one for one in self.transactions.values() if one["state"] not in _ENDED]
            for one in open_ones:
                for _ in range(steps):
                    self._step(one)
            return open_ones

    def finish(self) -> None:
        """Each open transfer comes to its end."""
        self.move_on(len(_PATH))

    def paid(self) -> list[tuple[str, str]]:
        """The transfers that are through: destination and reference."""
        return [(one["destinationAddress"], one["refId"]) for one in self.transactions.values() if one.get("txHash")]

    @property
    def environment(self) -> dict[str, str]:
        """What functions are told to find it."""
        return {
            "SETTLEMENT_RAIL": "circle",
            "CIRCLE_BASE_URL": self.url,
            "CIRCLE_API_KEY": API_KEY,
            "CIRCLE_ENTITY_SECRET": ENTITY_SECRET,
            "CIRCLE_WALLET_SET_ID": str(UUID(int=1)),
            "CIRCLE_WALLET_ID": self.wallet_id,
        }

    def answer(self, method: str, target: str, headers: Any, body: bytes) -> Answer | None:
        """The answer to a request, or None when it is lost."""
        fault = self._faults.popleft() if method == "POST" and self._faults else None
        if fault == "slow":
            time.sleep(1.5)
        with self._lock:
            status, data = self._before(fault) or self._routed(method, urlsplit(target), headers, body)
        self.called.append((method, urlsplit(target).path, status))
        if fault in {"lost", "lost before"}:
            return None
        if fault == "500":
            status, data = 500, {"code": -1, "message": "Something went wrong."}
        return Answer(status, {"Content-Type": "application/json"}, json.dumps(data).encode())

    def _before(self, fault: Fault | None) -> tuple[int, Data] | None:
        planted: dict[Any, tuple[int, Data]] = {
            "lost before": (0, {}),
            "500 before": (503, {"code": -1, "message": "Service unavailable."}),
            "429": (429, {"code": 3, "message": "Too many requests."}),
            "queue full": (400, {"code": 155264, "message": "Too many pending transactions in the queue."}),
            "401": (401, {"code": 401, "message": "Malformed authorization."}),
            "400": (400, {"code": 2, "message": "API parameter invalid"}),
        }
        return planted.get(fault)

    def _routed(self, method: str, target: Any, headers: Any, body: bytes) -> tuple[int, Data]:
        if headers["Authorization"] != f"Bearer {API_KEY}":
            return 401, {"code": 401, "message": "Malformed authorization."}
        sent = json.loads(body) if body else {}
        query = {name: values[0] for name, values in parse_qs(target.query).items()}
        parts = target.path.strip("/").split("/")
        if method == "POST":
            return self._posted(target.path, sent)
        if target.path == "/v1/w3s/config/entity/publicKey":
            return 200, {"data": {"publicKey": _ENTITY.public_key().export_key().decode()}}
        if target.path == "/v1/w3s/transactions":
            return 200, {"data": {"transactions": self._listed(query)}}
        found: Data | None = None
        if target.path.startswith("/v1/w3s/transactions/"):
            found = {"transaction": self.transactions.get(parts[-1])} if parts[-1] in self.transactions else None
        elif target.path == f"/v2/notifications/publicKey/{KEY_ID}":
            key = b64encode(PUBLIC).decode()
            found = {"id": str(KEY_ID), "algorithm": "ECDSA_SHA_256", "publicKey": key, "createDate": _now()}
        return (200, {"data": found}) if found else (404, {"code": 404, "message": "Resource not found"})

    def _posted(self, path: str, sent: Data) -> tuple[int, Data]:
        """A change, once a key. The ciphertext has to be new and to hold the entity secret."""
        ciphertext, key = sent.pop("entitySecretCiphertext"), sent["idempotencyKey"]
        if ciphertext in self._ciphertexts:
            return 400, {"code": 156004, "message": "Reusing an entity secret ciphertext is not allowed."}
        self._ciphertexts.add(ciphertext)
        try:
            secret = PKCS1_OAEP.new(_ENTITY, SHA256).decrypt(b64decode(ciphertext, validate=True))
        except ValueError:
            secret = b""
        if secret.hex() != ENTITY_SECRET:
            return 400, {"code": 156013, "message": "The provided entity secret is invalid."}
        if UUID(key).version != 4:
            return 400, {"code": 2, "message": "API parameter invalid"}
        if key not in self._answers:
            made = {
                "/v1/w3s/developer/wallets": self._wallets,
                "/v1/w3s/developer/transactions/transfer": self._transfer,
            }
            self._answers[key] = (sent, made[path](sent))
        asked, answer = self._answers[key]
        if asked != sent:
            return 409, {"code": 409, "message": "The idempotency key was used with another request."}
        return 201, {"data": answer}

    def _wallets(self, sent: Data) -> Data:
        assert (sent["count"], sent["blockchains"]) == (len(sent["metadata"]), ["ARC-TESTNET"])
        made = []
        for one in sent["metadata"]:
            wallet = one | {
                "id": str(uuid4()), "address": "0x" + SHA256.new(uuid4().bytes).hexdigest()[:40], "state": "LIVE",
                "blockchain": "ARC-TESTNET", "createDate": _now(), "updateDate": _now(), "accountType": "EOA",
                "custodyType": "DEVELOPER", "walletSetId": sent["walletSetId"],
            }  # fmt: skip
            self.wallets[wallet["id"]] = wallet
            made.append(wallet)
        return {"wallets": made}

    def _transfer(self, sent: Data) -> Data:
        assert (sent["walletId"], sent["blockchain"], len(sent["amounts"])) == (self.wallet_id, "ARC-TESTNET", 1)
        transfer = {
            "id": str(uuid4()), "state": "INITIATED", "amounts": sent["amounts"], "refId": sent["refId"],
            "destinationAddress": sent["destinationAddress"].lower(), "walletId": sent["walletId"],
            "blockchain": "ARC-TESTNET", "createDate": _now(), "updateDate": _now(), "transactionType": "OUTBOUND",
        }  # fmt: skip
        self.transactions[transfer["id"]] = transfer
        return {"id": transfer["id"], "state": transfer["state"]}

    def _listed(self, query: dict[str, str]) -> list[Data]:
        """Newest first."""
        since = datetime.fromisoformat(query["from"])
        found = [
            one
            for one in reversed(self.transactions.values())
            if one["walletId"] == query["walletIds"]
            and one["destinationAddress"] == query["destinationAddress"].lower()
            and datetime.fromisoformat(one["createDate"]) >= since
        ]
        last = query.get("pageAfter")
        ids = [one["id"] for one in found]
        first = ids.index(last) + 1 if last else 0
        return found[first : first + int(query["pageSize"])]

    def _step(self, one: Data) -> None:
        fate, state = self.fates.get(one["destinationAddress"].lower(), "COMPLETE"), one["state"]
        if state in _ENDED or state == fate:
            return
        if fate not in _PATH and state in {"QUEUED", "SENT"}:
            one["state"] = fate
            if fate == "FAILED":
                one |= {"errorReason": "FAILED_ON_CHAIN", "errorDetails": "the payee is blocked"}
        else:
            one["state"] = _PATH[_PATH.index(state) + 1] if state in _PATH else "SENT"
        if one["state"] == "CONFIRMED":  # the chain may refuse it still
            one |= self.settle(one["destinationAddress"], Decimal(one["amounts"][0]))


@contextmanager
def standing_in(settle: Settle = nowhere) -> Iterator[Circle]:
    """A Circle that listens on a port of this machine."""
    circle = Circle(settle)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = circle.answer(self.command, self.path, self.headers, body)
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            with suppress(OSError):  # who did not want to wait has gone
                self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """It is not the tests' business."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    circle.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield circle
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
