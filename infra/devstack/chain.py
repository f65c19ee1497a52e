"""The local chain: a small Arc with USDC, the contract, money of nobody's in it, and a key that pays.

It lies in a file and goes on where it stopped. One process at a time serves a file; others find it by its lock.
"""

import fcntl
import hashlib
import http.client
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devstack import server
from gigstream import money

Task = Callable[[], None]

ID = 1337
START_SECONDS = 60
# Pay that was made up, by the seed or by deposits in test mode, can be paid out of this.
FLOAT = Decimal(10_000_000)
GAS_MONEY = 10**21


def _key(whose: str) -> str:
    """Fixed, because the chain outlives the process; of no worth elsewhere."""
    return "0x" + hashlib.sha256(f"{whose} of the local chain only".encode()).hexdigest()


OWNER_KEY = _key("owner")  # cold: it has deployed both contracts, and mints
SIGNER_KEY = _key("signer")  # hot: it pays
# What follows from the keys: a contract's address is made of its deployer's and how many transactions that had sent.
OWNER = "0xbc2523bfcA9D59e23C2393755CeA6Aec368E7e99"
SIGNER = "0x96433243C24127f984F2f54a086C45364820DC53"
USDC = "0xc6F2B690F65d3fD8F4C16A05F0e44F8Fe899C035"
CONTRACT = "0x8A980c6E558eA352F45f4798436ebf56c4684Dce"


class ChainError(Exception):
    """The local chain's node refused a call."""


@dataclass(frozen=True)
class Chain:
    """A local chain that is served at `url`."""

    url: str
    chain_id: int = ID
    usdc: str = USDC
    contract: str = CONTRACT
    signer: str = SIGNER
    signer_key: str = SIGNER_KEY

    def call(self, method: str, *params: Any) -> Any:
        """Ask the node; it may be starting still. ChainError when it refuses."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=START_SECONDS)
        try:
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = json.load(connection.getresponse())
        finally:
            connection.close()
        if "error" in answer:
            raise ChainError(answer["error"]["message"])
        return answer["result"]

    def faucet(self, address: str, amount: Decimal) -> str:
        """Mint USDC for an address; the hash of the transaction."""
        tx_hash: str = self.call("local_faucet", address, money.micro(amount))
        return tx_hash

    def balance(self, address: str) -> Decimal:
        """What an address has, USDC."""
        call = {"to": self.usdc, "data": f"0x70a08231{address[2:].lower():0>64}"}  # balanceOf(address)
        return money.of_micro(int(self.call("eth_call", call, "latest"), 16))

    @property
    def environment(self) -> dict[str, str]:
        """What settlement is told."""
        return {
            "ARC_CHAIN_ID": str(self.chain_id),
            "ARC_RPC_URL": self.url,
            "ARC_USDC_ADDRESS": self.usdc,
            "ARC_CONTRACT_ADDRESS": self.contract,
            "ARC_SIGNER_KEY": self.signer_key,
        }


class Server:
    """Somebody's to run: `serve` in a process of its own. The port is open from the start, so callers wait for it."""

    def __init__(self, listener: socket.socket, file: Path | None) -> None:
        self._listener = listener
        self._file = file
        self.chain = Chain(f"http://127.0.0.1:{listener.getsockname()[1]}")

    def serve(self) -> None:
        """Until the process ends."""
        # py-evm and web3 are for this process alone: they take a second, and change Python's recursion limit.
        from devstack.genesis import local_node  # noqa: PLC0415

        handler = type("Handler", (_Handler,), {"node": local_node(self._file)})
        web = ThreadingHTTPServer(self._listener.getsockname(), handler, bind_and_activate=False)
        web.socket = self._listener
        web.serve_forever()


class _Handler(BaseHTTPRequestHandler):
    node: Any
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        try:
            call = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        except ValueError:
            call = None
        answer = json.dumps(self.node.answer(call)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The callers log for themselves."""


@contextmanager
def opened(file: Path | None = None, listen: str = "127.0.0.1") -> Iterator[tuple[Chain, list[Task]]]:
    """A chain and what has to run, in a process of the caller's, to serve it: nothing when somebody else serves it.

    Without a file it lies in memory. `listen` is an address of this machine, "0.0.0.0" all of them.
    """
    with socket.create_server((listen, 0), backlog=128) as listener:
        own = Server(listener, file)
        if file is None:
            yield own.chain, [own.serve]
            return
        with file.with_name(f"{file.name}.lock").open("a+") as lock:
            try:
                # Children hold it with us, so it is free only when nobody writes to the file any more.
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                yield Chain(lock.read()), []
                return
            lock.truncate(0)
            lock.write(own.chain.url)
            lock.flush()
            yield own.chain, [own.serve]


@contextmanager
def running(file: Path | None = None, listen: str = "127.0.0.1") -> Iterator[Chain]:
    """A chain that is served, by a process of its own or by somebody else."""
    with opened(file, listen) as (chain, tasks):
        processes = [server.forking.Process(target=server.child, args=(task,)) for task in tasks]
        for process in processes:
            process.start()
        try:
            yield chain
        finally:
            for process in processes:
                process.terminate()
                process.join()


def discard(file: Path) -> None:
    """Delete a chain with the books that it belongs to."""
    for part in (file, *file.parent.glob(f"{file.name}-*")):
        part.unlink(missing_ok=True)
