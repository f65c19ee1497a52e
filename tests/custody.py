"""A chain with custody on it, behind a node that can be made to behave badly; and the functions' variables for it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount
from hexbytes import HexBytes

from devstack.contracts import artifact
from devstack.node import Node
from gigstream import config, db
from gigstream_chain.evm import web3

CHAIN_ID = 5042002
GAS_PRICE = 30 * 10**9
NOBODY = "0x" + "00" * 20

Rule = Callable[[str, list[Any]], Any]  # a method and its parameters to an answer, or None to let the node answer


class Front:
    """JSON-RPC over HTTP before a node. `rule` may answer for it; what it raises is the RPC error of that code."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.rule: Rule = lambda _method, _params: None
        self.asked: list[str] = []

    def answer(self, call: dict[str, Any]) -> Any:
        self.asked.append(call["method"])
        try:
            said = self.rule(call["method"], call["params"])
        except KeyError as refusal:
            error = {"code": refusal.args[0], "message": "refused"}
            return {"jsonrpc": "2.0", "id": call["id"], "error": error}
        return self.node.answer(call) if said is None else {"jsonrpc": "2.0", "id": call["id"], "result": said}

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Its address."""
        front = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                body = json.dumps(front.answer(call)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class Vault:
    """The contract on a chain of its own, USDC, and accounts with gas. Amounts are USDC as text or number."""

    def __init__(self) -> None:
        self.minter = Account.create()
        self.node = Node(CHAIN_ID, self.minter.address)
        self.front = Front(self.node)
        self.last: dict[str, Any] = {}  # the newest receipt
        # Straight to the node: what a front does concerns the service only.
        self._w3 = web3.Web3(Direct(self.node))
        self.owner, self.payer = self.account(), self.account()
        self.token = self.deployed("LocalUSDC")
        self.contract = self.deployed("PaymentStreaming", self.token.address, self.owner.address, self.payer.address)

    def account(self, usdc: Decimal | int | str = 0) -> LocalAccount:
        """A new account with gas, and USDC if wanted."""
        account: LocalAccount = Account.create()
        gas = {"to": account.address, "value": 10**19, "gas": 21_000}
        self._receipt(self._signed(self.minter, self._terms(self.minter) | gas))
        if usdc:
            self.mint(account.address, usdc)
        return account

    def mint(self, to: str, usdc: Decimal | int | str) -> dict[str, Any]:
        return self.do(self.minter, self.token.functions.mint(to, micro(usdc)))

    def deposit(self, sender: LocalAccount, usdc: Decimal | int | str) -> dict[str, Any]:
        """A transfer into custody."""
        return self.do(sender, self.token.functions.transfer(self.contract.address, micro(usdc)))

    def pay(self, first: int, payees: list[str], usdc: list[Decimal | int | str]) -> dict[str, Any]:
        return self.do(self.payer, self.contract.functions.pay_many(first, payees, [micro(one) for one in usdc]))

    def escrow(self, payer: LocalAccount, *usdc: Decimal | int | str) -> list[int]:
        """Streams on the contract, begun a hundred seconds ago, of so much each; their ids."""
        self.do(payer, self.token.functions.approve(self.contract.address, 2**256 - 1))
        now = self._w3.eth.get_block("latest")["timestamp"]
        terms = [(Account.create().address, micro(one), now - 100, now + 10_000) for one in usdc]
        made = self.do(payer, self.contract.functions.create_many(terms))
        return [event["args"]["stream_id"] for event in self.events("StreamCreated", made)]

    def environment(self, *urls: str) -> dict[str, str]:
        """What the functions are told of it."""
        return {
            "ARC_CHAIN_ID": str(CHAIN_ID),
            "ARC_RPC_URL": ",".join(urls),
            "ARC_USDC_ADDRESS": self.token.address,
            "ARC_CONTRACT_ADDRESS": self.contract.address,
        }

    def head(self) -> int:
        return int(self._w3.eth.block_number)

    def custody(self) -> Decimal:
        """What the contract says that batches may pay, USDC."""
        return Decimal(self.contract.functions.custody().call()).scaleb(-6)

    def nobody(self) -> str:
        """An address that nobody has used."""
        return str(Account.create().address)

    def events(self, name: str, receipt: dict[str, Any]) -> list[Any]:
        """Events of the contract in a receipt."""
        return list(self.contract.events[name]().process_receipt(receipt, web3.logs.DISCARD))

    def mine(self, blocks: int) -> None:
        for _ in range(blocks):
            self._w3.provider.make_request("evm_mine", [])  # type: ignore[arg-type]

    def hold_blocks(self, held: bool) -> None:
        """What is sent meanwhile goes into one block at the end."""
        self._w3.provider.make_request("evm_setAutomine", [not held])  # type: ignore[arg-type]

    def do(self, account: LocalAccount, call: Any) -> dict[str, Any]:
        """Send a call of a contract; its receipt."""
        return self._receipt(self.send(account, call))

    def send(self, account: LocalAccount, call: Any, nonce: int | None = None) -> HexBytes:
        """Send a call of a contract, and wait for nothing."""
        terms = self._terms(account) | ({} if nonce is None else {"nonce": nonce})
        return self._signed(account, call.build_transaction({"gas": 4_000_000, **terms}))

    def _terms(self, account: LocalAccount) -> dict[str, Any]:
        nonce = self._w3.eth.get_transaction_count(account.address)
        fees = {"maxFeePerGas": GAS_PRICE, "maxPriorityFeePerGas": 1}
        return {"from": account.address, "nonce": nonce, "chainId": CHAIN_ID, **fees}

    def _signed(self, account: LocalAccount, transaction: dict[str, Any]) -> HexBytes:
        wanted = {key: value for key, value in transaction.items() if key != "from"}
        return self._w3.eth.send_raw_transaction(account.sign_transaction(wanted).raw_transaction)

    def _receipt(self, tx_hash: HexBytes) -> dict[str, Any]:
        receipt: Any = self._w3.eth.get_transaction_receipt(tx_hash)
        assert receipt["status"] == 1, receipt
        self.last = dict(receipt)
        return self.last

    def deployed(self, name: str, *arguments: object) -> Any:
        made = artifact(name)
        factory = self._w3.eth.contract(abi=made["abi"], bytecode=made["bytecode"])
        receipt = self.do(self.minter, factory.constructor(*arguments))
        return self._w3.eth.contract(abi=made["abi"], address=receipt["contractAddress"])


class Direct(web3.JSONBaseProvider):
    """A node in this process."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self._node = node

    def make_request(self, method: Any, params: Any) -> Any:
        call = json.loads(self.encode_rpc_request(method, params))
        return self._node.answer(call)


def micro(usdc: Decimal | int | str) -> int:
    return int(Decimal(usdc).scaleb(6))


@pytest.fixture
def vault(environment: pytest.MonkeyPatch) -> Iterator[Vault]:
    """A chain of its own, which the functions know of."""
    vault = Vault()
    with vault.front.serving() as url:
        configure(environment, vault, url)
        yield vault
    forget()


def configure(environment: pytest.MonkeyPatch, vault: Vault, *urls: str) -> None:
    """Tell the functions of the nodes, in their order."""
    for name, value in vault.environment(*urls).items():
        environment.setenv(name, value)
    forget()


def forget() -> None:
    """Let the functions read their settings anew, and connect anew."""
    config.settings.cache_clear()
    db.close()
