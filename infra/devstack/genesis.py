"""How the local chain begins: USDC and the contract deployed, a float in the contract, gas with the key that pays."""

from pathlib import Path
from typing import Any

from eth_account import Account

from devstack.chain import FLOAT, GAS_MONEY, ID, OWNER, OWNER_KEY, SIGNER, USDC
from devstack.contracts import artifact
from devstack.node import Node
from gigstream_chain.evm import web3

FEE = 25 * 10**9
GAS = 5_000_000


def local_node(file: Path | None) -> Node:
    """The node of the local chain, set up if it is new. Its faucet mints, whoever asks; in memory it can begin anew."""

    def faucet(address: str, amount: int) -> str:
        return _send(node, USDC, _calldata("LocalUSDC", "mint", web3.Web3.to_checksum_address(address), amount))

    def reset() -> None:
        if file is None:
            node.begin()

    node = Node(ID, OWNER, file, set_up, local_faucet=faucet, local_reset=reset)
    return node


def set_up(node: Node) -> None:
    token = _deploy(node, "LocalUSDC")
    contract = _deploy(node, "PaymentStreaming", token, OWNER, SIGNER)
    _send(node, SIGNER, value=GAS_MONEY)
    _send(node, token, _calldata("LocalUSDC", "mint", contract, int(FLOAT.scaleb(6))))


def _deploy(node: Node, name: str, *arguments: Any) -> str:
    made = artifact(name)
    contract = web3.Web3().eth.contract(abi=made["abi"], bytecode=made["bytecode"])
    tx_hash = _send(node, None, contract.constructor(*arguments).data_in_transaction)
    address: str = node.result("eth_getTransactionReceipt", tx_hash)["contractAddress"]
    return address


def _calldata(name: str, function: str, *arguments: Any) -> str:
    data: str = web3.Web3().eth.contract(abi=artifact(name)["abi"]).encode_abi(function, arguments)
    return data


def _send(node: Node, to: str | None, data: str = "0x", value: int = 0) -> str:
    nonce = int(node.result("eth_getTransactionCount", OWNER), 16)
    fees = {"gas": GAS, "maxFeePerGas": FEE, "maxPriorityFeePerGas": 0}
    transaction = {"type": 2, "chainId": ID, "nonce": nonce, "value": value, "data": data, **fees}
    signed = Account.from_key(OWNER_KEY).sign_transaction(transaction | ({"to": to} if to else {}))
    tx_hash: str = node.result("eth_sendRawTransaction", signed.raw_transaction.to_0x_hex())
    return tx_hash
