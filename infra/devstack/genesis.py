"""How the local chain begins: USDC and the contract deployed, a float in the contract, gas with the key that pays."""

from pathlib import Path
from typing import Any

from devstack import deploy
from devstack.chain import FLOAT, GAS_MONEY, ID, OWNER, OWNER_KEY, SIGNER, USDC
from devstack.contracts import artifact
from devstack.node import Node, RpcError
from gigstream import money
from gigstream_chain.evm import Account, web3


class Direct(web3.providers.BaseProvider):
    """web3 on a node of this process."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self._node = node

    def make_request(self, method: Any, params: Any) -> Any:
        try:
            return {"jsonrpc": "2.0", "id": 1, "result": self._node.result(method, *params)}
        except RpcError as error:
            return {"jsonrpc": "2.0", "id": 1, "error": error.body}


def local_node(file: Path | None) -> Node:
    """The node of the local chain, set up if it is new. Its faucet mints, whoever asks; in memory it can begin anew."""

    def faucet(address: str, amount: int) -> str:
        return _mint(web3.Web3(Direct(node)), address, amount)

    def reset() -> None:
        if file is None:
            node.begin()

    node = Node(ID, OWNER, file, set_up, local_faucet=faucet, local_reset=reset)
    return node


def set_up(node: Node) -> None:
    w3, owner = web3.Web3(Direct(node)), Account.from_key(OWNER_KEY)
    made = artifact("LocalUSDC")
    usdc = deploy.send(w3, owner, w3.eth.contract(abi=made["abi"], bytecode=made["bytecode"]).constructor())
    deployed = deploy.deploy(w3, owner, OWNER, SIGNER, str(usdc["contractAddress"]))
    _send(w3, to=SIGNER, value=GAS_MONEY)
    _mint(w3, deployed.address, money.micro(FLOAT))


def _mint(w3: web3.Web3, address: str, amount: int) -> str:
    usdc = w3.eth.contract(abi=artifact("LocalUSDC")["abi"])
    return _send(w3, to=USDC, data=usdc.encode_abi("mint", [w3.to_checksum_address(address), amount]))


def _send(w3: web3.Web3, **call: Any) -> str:
    """A transaction of the owner's; its hash."""
    fees = {"gas": 200_000, "maxFeePerGas": 2 * deploy.FEE_FLOOR, "maxPriorityFeePerGas": 0}
    place = {"chainId": ID, "nonce": w3.eth.get_transaction_count(w3.to_checksum_address(OWNER))}
    signed = Account.from_key(OWNER_KEY).sign_transaction(fees | place | call)
    return w3.eth.send_raw_transaction(signed.raw_transaction).to_0x_hex()
