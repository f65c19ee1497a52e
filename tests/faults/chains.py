"""The chains that settlement is tried on, the model and Anvil, behind two hostile nodes; and what is done to them."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from eth_abi.abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from requests.adapters import HTTPAdapter
from tests import anvil
from tests.faults import hostile_rpc
from tests.faults.hostile_rpc import Fault, Hostile, Node, Silence
from tests.faults.model_chain import BALANCE_OF, FLOOR, ModelChain, address, selector

from devstack.contracts import artifact

CUSTODY = 10**12  # micro-USDC
GAS_MONEY = 10**21  # wei
CALM: Mapping[Fault, float] = {}


@dataclass
class Chain:
    """A chain with the payment contract on it. `node` is the honest way to it, `urls` are what the code is told."""

    node: Node
    urls: list[str]
    key: LocalAccount
    token: str
    contract: str
    block: Callable[[str], None]  # no transfer to this address succeeds any more
    dismiss_signer: Callable[[], None]  # the contract takes no batch from it any more
    set_weather: Callable[[Mapping[Fault, float]], None]
    base_fee: int = FLOOR
    struck: Counter[Fault] = field(default_factory=Counter)  # what the model's nodes did, at its end
    hear: Callable[[str], None] = field(default=lambda _raw: None)  # of each raw transaction, before the model has it

    def environment(self) -> dict[str, str]:
        return {
            "SETTLEMENT_RAIL": "web3",
            "ARC_CHAIN_ID": str(anvil.CHAIN_ID),
            "ARC_RPC_URL": ",".join(self.urls),
            "ARC_USDC_ADDRESS": self.token,
            "ARC_CONTRACT_ADDRESS": self.contract,
            "ARC_SIGNER_KEY": HexBytes(self.key.key).to_0x_hex(),
            "NO_PROXY": "*",  # all of it is on this machine
        }

    def mine(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            self.node("anvil_setNextBlockBaseFeePerGas", [hex(self.base_fee)])
            self.node("evm_mine", [])

    def nonce(self) -> int:
        return int(self.node("eth_getTransactionCount", [self.key.address, "latest"]), 16)

    def set_gas_money(self, wei: int) -> None:
        self.node("anvil_setBalance", [self.key.address, hex(wei)])

    def use_key_elsewhere(self, nonce: int) -> str:
        """The signer's key spends a nonce on something that the service knows nothing of."""
        signed = self.key.sign_transaction(
            {
                "type": 2,
                "chainId": anvil.CHAIN_ID,
                "nonce": nonce,
                "to": self.key.address,
                "value": 0,
                "gas": 30_000,
                "maxFeePerGas": 1000 * self.base_fee,
                "maxPriorityFeePerGas": 500 * self.base_fee,
            }
        )
        sent: str = self.node("eth_sendRawTransaction", [signed.raw_transaction.to_0x_hex()])
        return sent

    def received(self, payee: str) -> int:
        """What an address holds, micro-USDC."""
        data = HexBytes(BALANCE_OF + encode(["address"], [payee])).to_0x_hex()
        return int(self.node("eth_call", [{"to": self.token, "data": data}, "latest"]), 16)


@contextmanager
def model(chance: random.Random) -> Iterator[Chain]:
    """The model, in this process; so are its nodes."""
    key = Account.from_key(chance.randbytes(32))
    token, contract = address("token"), address(f"contract {chance.random()}")
    inside = ModelChain(anvil.CHAIN_ID, token, contract, key.address, CUSTODY)
    inside.gas_money[key.address.lower()] = GAS_MONEY

    def heard(method: str, params: list[Any]) -> Any:
        if method == hostile_rpc.SEND:
            chain.hear(params[0])
        return inside.answer(method, params)

    nodes = {f"{name}.model": Hostile(heard, random.Random(chance.random())) for name in ("one", "two")}

    def set_weather(weather: Mapping[Fault, float]) -> None:
        for hostile in nodes.values():
            hostile.weather = dict(weather)

    chain = Chain(
        node=inside.answer,
        urls=[f"http://{host}" for host in nodes],
        key=key,
        token=token,
        contract=contract,
        block=lambda payee: inside.blocked.add(payee.lower()),
        dismiss_signer=lambda: setattr(inside, "payer", address("somebody else").lower()),
        set_weather=set_weather,
    )
    with at_hand(nodes, chance):
        yield chain
    for hostile in nodes.values():
        chain.struck += hostile.done


@contextmanager
def at_hand(nodes: Mapping[str, Hostile], chance: random.Random) -> Iterator[None]:
    """Requests to these hosts are answered in this process."""

    def send(_adapter: HTTPAdapter, request: requests.PreparedRequest, **_options: Any) -> requests.Response:
        try:
            body = request.body if isinstance(request.body, bytes) else str(request.body).encode()
            status, answer = nodes[urlsplit(str(request.url)).hostname or ""].exchange(body)
        except Silence:
            kind = chance.choice([requests.ConnectionError, requests.ReadTimeout, requests.ConnectTimeout])
            raise kind("planted", request=request) from None
        response = requests.Response()
        response.status_code, response._content, response.request = status, answer, request  # noqa: SLF001
        response.url = str(request.url)
        return response

    with patch.object(HTTPAdapter, "send", send):
        yield


@contextmanager
def on_anvil(chance: random.Random) -> Iterator[Chain]:
    """Anvil, with the contracts as they are deployed; its nodes are processes."""
    with ExitStack() as opened:
        url, node = opened.enter_context(anvil.running())
        urls = [opened.enter_context(hostile_rpc.in_front_of(url, chance.getrandbits(32))) for _ in range(2)]
        (owner, *_) = node("eth_accounts", [])
        # Each chain is new; a nonce of its own gives its contract an address that no other had.
        node("anvil_setNonce", [owner, hex(chance.getrandbits(32))])
        key = Account.from_key(chance.randbytes(32))

        def transact(to: str | None, data: bytes) -> Any:
            said = {"from": owner, "data": HexBytes(data).to_0x_hex()} | ({"to": to} if to else {})
            sent = node("eth_sendTransaction", [said])
            node("evm_mine", [])
            receipt = node("eth_getTransactionReceipt", [sent])
            if receipt["status"] != "0x1":
                raise RuntimeError(f"reverted: {said}")
            return receipt

        def deploy(name: str, arguments: bytes = b"") -> str:
            code = bytes(HexBytes(artifact(name)["bytecode"]))
            return to_checksum_address(transact(None, code + arguments)["contractAddress"])

        token = deploy("LocalUSDC")
        contract = deploy(
            "PaymentStreaming",
            encode(["address"] * 3, [token, owner, key.address]),
        )
        transact(token, selector("mint(address,uint256)") + encode(["address", "uint256"], [contract, CUSTODY]))

        def set_weather(weather: Mapping[Fault, float]) -> None:
            for proxy in urls:
                hostile_rpc.over_http(proxy)("hostile_weather", [dict(weather)])

        chain = Chain(
            node=node,
            urls=urls,
            key=key,
            token=token,
            contract=contract,
            block=lambda payee: transact(token, selector("block(address)") + encode(["address"], [payee])),
            dismiss_signer=lambda: transact(
                contract, selector("set_payer(address)") + encode(["address"], [address("somebody else")])
            ),
            set_weather=set_weather,
        )
        chain.set_gas_money(GAS_MONEY)
        yield chain
