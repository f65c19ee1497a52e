"""`gigstream deploy-contract` on a chain in memory: what it checks before it sends, and after."""

import argparse
from typing import Any
from unittest.mock import patch

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_tester import EthereumTester, PyEVMBackend
from eth_typing import HexStr
from web3 import EthereumTesterProvider, Web3

from devstack import deploy
from devstack.contracts import artifact

KEY = "0x" + 64 * "7"
DEPLOYER: LocalAccount = Account.from_key(KEY)
SOMEBODY = "0x00000000000000000000000000000000DeaDBeef"


class Chain:
    """A chain on which the deployer has gas and USDC has code."""

    def __init__(self) -> None:
        self.w3 = Web3(EthereumTesterProvider(EthereumTester(PyEVMBackend())))
        accounts = list(self.w3.eth.accounts)
        self.rich, self.owner, self.payer = accounts[0], accounts[1], accounts[2]
        self.w3.eth.send_transaction({"from": self.rich, "to": DEPLOYER.address, "value": Web3.to_wei(1, "ether")})
        self.token = self.contract("LocalUSDC")

    def contract(self, name: str, **changes: Any) -> str:
        made = artifact(name) | changes
        sent = (
            self.w3.eth.contract(abi=made["abi"], bytecode=made["bytecode"]).constructor().transact({"from": self.rich})
        )
        return str(self.w3.eth.wait_for_transaction_receipt(sent)["contractAddress"])

    def asked(self, **changes: Any) -> argparse.Namespace:
        wanted = {"owner": self.owner, "payer": self.payer, "token": self.token, "mainnet": False}
        return argparse.Namespace(**wanted | {"chain_id": self.w3.eth.chain_id} | changes)


@pytest.fixture
def chain() -> Chain:
    return Chain()


def test_the_contract_is_there_with_the_owner_payer_and_token_that_were_named(chain: Chain) -> None:
    done = deploy.command(chain.w3, chain.asked(), KEY)
    contract = chain.w3.eth.contract(
        abi=artifact("PaymentStreaming")["abi"], address=Web3.to_checksum_address(done.address)
    )
    read = [contract.functions[name]().call() for name in ("owner", "payer", "token", "custody", "escrowed")]
    assert read == [chain.owner, chain.payer, chain.token, 0, 0]
    assert chain.w3.eth.get_transaction_receipt(HexStr(done.tx_hash))["gasUsed"] == done.gas_used


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"chain_id": 1}, "the node is on chain .* and not 1"),
        ({"chain_id": deploy.MAINNET}, "say --mainnet"),
        ({"mainnet": True}, "--mainnet is chain 5042 and not"),
        ({"chain_id": deploy.MAINNET, "mainnet": True}, "the node is on chain"),
        ({"owner": "0x123"}, "owner is no address"),
        ({"payer": SOMEBODY.lower()}, "payer is no address with a checksum"),
        ({"token": SOMEBODY}, "has no code"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(chain: Chain, changes: dict[str, Any], reason: str) -> None:
    before = chain.w3.eth.block_number
    with pytest.raises(deploy.DeployError, match=reason):
        deploy.command(chain.w3, chain.asked(**changes), KEY)
    assert chain.w3.eth.block_number == before


def test_owner_and_payer_must_be_two(chain: Chain) -> None:
    with pytest.raises(deploy.DeployError, match="are one"):
        deploy.command(chain.w3, chain.asked(owner=chain.payer), KEY)


def test_a_token_must_have_six_decimals(chain: Chain) -> None:
    # PUSH1 18, stored and returned, whatever is called.
    eighteen = chain.contract("LocalUSDC", bytecode="0x600a600c600039600a6000f3" + "601260005260206000f3")
    with pytest.raises(deploy.DeployError, match="18 decimals"):
        deploy.command(chain.w3, chain.asked(token=eighteen), KEY)


@pytest.mark.parametrize(
    ("key", "reason"), [("", "is not set"), ("0x12", "is no private key"), ("secret", "no private key")]
)
def test_a_key_is_needed_and_never_shown(chain: Chain, key: str, reason: str) -> None:
    with pytest.raises(deploy.DeployError, match=reason) as caught:
        deploy.command(chain.w3, chain.asked(), key)
    assert not key or key not in str(caught.value)


def test_a_deployer_without_gas_is_told(chain: Chain) -> None:
    with pytest.raises(deploy.DeployError, match="nothing to pay gas with"):
        deploy.command(chain.w3, chain.asked(), "0x" + 64 * "8")


def test_other_code_than_the_artifacts_is_seen(chain: Chain) -> None:
    made = artifact("PaymentStreaming")
    tampered = made | {"runtime": made["runtime"][:-2] + "00"}
    with (
        patch.object(deploy, "artifact", lambda name: tampered if name == "PaymentStreaming" else artifact(name)),
        pytest.raises(deploy.DeployError, match="does not have the artifact's code"),
    ):
        deploy.command(chain.w3, chain.asked(), KEY)


def test_another_payer_than_was_meant_is_seen(chain: Chain) -> None:
    done = deploy.command(chain.w3, chain.asked(), KEY)
    with pytest.raises(deploy.DeployError, match=r"has payer .* and not"):
        deploy.verify(chain.w3, done.address, chain.owner, SOMEBODY, chain.token)
