"""`gigstream deploy-contract`: PaymentStreaming on a real chain, with what must be right checked before and after.

`deploy` is the act itself, which the local chain uses too. It trusts nothing that it can read: what is on the chain
afterwards is compared with the committed artifact, and token, owner and payer are read back.
"""

import argparse
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devstack.contracts import artifact

if TYPE_CHECKING:  # importing them costs most of a second, which only this command shall pay
    from eth_account.signers.local import LocalAccount
    from web3 import Web3

MAINNET = 5042
TESTNET = 5042002
USDC = "0x3600000000000000000000000000000000000000"
KEY = "ARC_DEPLOYER_KEY"
# What the chain asks at least (20 gwei), whatever the base fee is.
FEE_FLOOR = 20 * 10**9
SECONDS = 120


class DeployError(Exception):
    """What was found wrong; before sending, nothing has happened."""


@dataclass(frozen=True)
class Deployed:
    """Where the contract is, and what that cost."""

    address: str
    tx_hash: str
    block_number: int
    gas_used: int


def deploy(w3: "Web3", account: "LocalAccount", owner: str, payer: str, token: str) -> Deployed:
    """Deploy PaymentStreaming and read it back. DeployError says what is wrong, and whether it was sent."""
    check(w3, account, owner, payer, token)
    made = artifact("PaymentStreaming")
    constructor = w3.eth.contract(abi=made["abi"], bytecode=made["bytecode"]).constructor(token, owner, payer)
    receipt = send(w3, account, constructor)
    address = str(receipt["contractAddress"])
    verify(w3, address, owner, payer, token)
    return Deployed(address, receipt["transactionHash"].to_0x_hex(), receipt["blockNumber"], receipt["gasUsed"])


def check(w3: "Web3", account: "LocalAccount", owner: str, payer: str, token: str) -> None:
    """Before anything is sent."""
    if owner == payer:
        raise DeployError("owner and payer are one: the owner is a cold key, the payer the settlement's hot one")
    if not w3.eth.get_code(w3.to_checksum_address(token)):
        raise DeployError(f"token {token} has no code on this chain")
    usdc = w3.eth.contract(abi=artifact("LocalUSDC")["abi"], address=w3.to_checksum_address(token))
    if (found := usdc.functions.decimals().call()) != 6:
        raise DeployError(f"token {token} has {found} decimals and not USDC's 6")
    if w3.eth.get_balance(account.address) == 0:
        raise DeployError(f"the deployer {account.address} has nothing to pay gas with")


def send(w3: "Web3", account: "LocalAccount", constructor: Any) -> Any:
    """Sign, send, wait: the receipt."""
    tip = w3.eth.max_priority_fee
    base = w3.eth.get_block("latest").get("baseFeePerGas", 0)
    transaction = constructor.build_transaction(
        {
            "from": account.address,
            "nonce": w3.eth.get_transaction_count(account.address),
            "chainId": w3.eth.chain_id,
            "maxPriorityFeePerGas": tip,
            "maxFeePerGas": max(FEE_FLOOR, 2 * base + tip),
        }
    )
    tx_hash = w3.eth.send_raw_transaction(account.sign_transaction(transaction).raw_transaction)
    receipt = w3.eth.wait_for_transaction_receipt(tx_hash, timeout=SECONDS)
    if receipt["status"] != 1:
        raise DeployError(f"{tx_hash.to_0x_hex()} was mined and reverted")
    return receipt


def verify(w3: "Web3", address: str, owner: str, payer: str, token: str) -> None:
    """That at this address is the artifact's code with these three and nobody else's."""
    made = artifact("PaymentStreaming")
    # Vyper puts immutables behind the code: the token's address, in 32 bytes.
    expected = made["runtime"] + token.removeprefix("0x").lower().rjust(64, "0")
    if w3.eth.get_code(w3.to_checksum_address(address)).to_0x_hex() != expected:
        raise DeployError(f"{address} does not have the artifact's code: do not use it")
    contract = w3.eth.contract(abi=made["abi"], address=w3.to_checksum_address(address))
    wanted = {"token": token, "owner": owner, "payer": payer, "pending_owner": "0x" + 40 * "0", "halted": False}
    for name, value in wanted.items():
        found = contract.functions[name]().call()
        if found != value:
            raise DeployError(f"{address} has {name} {found} and not {value}: do not use it")


def add_to(commands: Any) -> None:
    """Add `deploy-contract` to the command line."""
    about = f"deploy PaymentStreaming; the deployer's key comes from {KEY}"
    parser = commands.add_parser("deploy-contract", help=about, description=about)
    parser.add_argument("--rpc", required=True, metavar="URL")
    parser.add_argument(
        "--chain-id", required=True, type=int, help=f"what the node must say: {TESTNET} is Arc's testnet"
    )
    parser.add_argument(
        "--owner", required=True, metavar="ADDRESS", help="the cold key: it may halt and choose the payer"
    )
    parser.add_argument("--payer", required=True, metavar="ADDRESS", help="the settlement's signer")
    parser.add_argument("--token", default=USDC, metavar="ADDRESS", help="USDC, six decimals; by default Arc's")
    parser.add_argument("--mainnet", action="store_true", help=f"say so when it is Arc's mainnet, {MAINNET}")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Deploy and print where; 1 when something is wrong."""
    from web3 import HTTPProvider, Web3  # noqa: PLC0415 - see above
    from web3.exceptions import Web3Exception  # noqa: PLC0415

    w3 = Web3(HTTPProvider(arguments.rpc, exception_retry_configuration=None))
    try:
        deployed = command(w3, arguments, os.environ.get(KEY, ""))
    except (DeployError, Web3Exception) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"address   {deployed.address}\nhash      {deployed.tx_hash}\nblock     {deployed.block_number}")
    print(f"gas used  {deployed.gas_used:,}\n\nARC_CONTRACT_ADDRESS={deployed.address}")
    return 0


def command(w3: "Web3", arguments: argparse.Namespace, key: str) -> Deployed:
    """What the command line adds to `deploy`: the network it means, addresses, the key."""
    from eth_account import Account  # noqa: PLC0415 - see above

    if arguments.chain_id == MAINNET and not arguments.mainnet:
        raise DeployError(f"{MAINNET} is Arc's mainnet: say --mainnet if you mean it")
    if arguments.mainnet and arguments.chain_id != MAINNET:
        raise DeployError(f"--mainnet is chain {MAINNET} and not {arguments.chain_id}")
    for name in ("owner", "payer", "token"):
        if not w3.is_checksum_address(getattr(arguments, name)):
            raise DeployError(f"{name} is no address with a checksum: {getattr(arguments, name)}")
    if not key:
        raise DeployError(f"{KEY} is not set")
    try:
        account = Account.from_key(key)
    except ValueError:
        raise DeployError(f"{KEY} is no private key") from None
    if (found := w3.eth.chain_id) != arguments.chain_id:
        raise DeployError(f"the node is on chain {found} and not {arguments.chain_id}")
    return deploy(w3, account, arguments.owner, arguments.payer, arguments.token)
