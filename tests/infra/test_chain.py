"""The local chain: it answers as nodes do, survives a kill, and is nobody's burden who does not ask for it."""

import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from devstack import chain
from devstack.chain import Chain, ChainError
from devstack.template import Template
from gigstream_chain.evm import Account

PAYEE = "0x" + "12" * 20
FRESH = """
import importlib, sys
for module in {modules}:
    importlib.import_module(module)
print([name for name in ("web3", "eth_account", "eth", "circle") if name in sys.modules])
print(sys.getrecursionlimit())
"""


def test_its_addresses_follow_from_its_keys(running_chain: Chain) -> None:
    assert Account.from_key(chain.OWNER_KEY).address == chain.OWNER
    assert Account.from_key(chain.SIGNER_KEY).address == chain.SIGNER
    for contract in (chain.USDC, chain.CONTRACT):
        assert len(running_chain.call("eth_getCode", contract, "latest")) > 1000


def test_it_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    file = tmp_path / "chain"
    with chain.running(file) as running:
        tx_hash = running.faucet(PAYEE, Decimal("1.5"))
        receipt = running.call("eth_getTransactionReceipt", tx_hash)
        with chain.running(file) as same:
            assert same == running
        for process in psutil.Process().children():
            if any(int(running.url.rpartition(":")[2]) == one.laddr.port for one in process.net_connections()):
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
    with chain.running(file) as again:
        assert again.balance(PAYEE) == Decimal("1.5")
        assert again.call("eth_getTransactionReceipt", tx_hash) == receipt
    chain.discard(file)
    with chain.running(file) as new:
        assert new.balance(PAYEE) == 0


def test_it_refuses_as_nodes_do(chain: Chain) -> None:
    account = Account.from_key(chain.signer_key)
    facts = {"type": 2, "chainId": chain.chain_id, "nonce": 0, "to": account.address, "value": 0, "gas": 21_000}
    fees = {"maxFeePerGas": 30 * 10**9, "maxPriorityFeePerGas": 10**9}

    def refusal(**changes: int) -> str:
        raw = account.sign_transaction(facts | fees | changes).raw_transaction.to_0x_hex()
        with pytest.raises(ChainError) as error:
            chain.call("eth_sendRawTransaction", raw)
        return str(error.value)

    assert refusal(gas=16_777_217).startswith("transaction gas limit too high")
    assert refusal(maxFeePerGas=19 * 10**9).startswith("max fee per gas less than block base fee")
    assert refusal(value=10**22).startswith("insufficient funds")
    assert refusal(chainId=5042002).startswith("invalid chain id")
    assert refusal(gas=20_000).startswith("intrinsic gas too low")
    chain.call("eth_sendRawTransaction", account.sign_transaction(facts | fees).raw_transaction.to_0x_hex())
    assert refusal() == "already known"
    assert refusal(value=1).startswith("nonce too low")
    chain.call("evm_setAutomine", False)
    waiting = account.sign_transaction(facts | fees | {"nonce": 1}).raw_transaction.to_0x_hex()
    chain.call("eth_sendRawTransaction", waiting)
    assert refusal(nonce=1, maxFeePerGas=33 * 10**9) == "replacement transaction underpriced"
    assert chain.call("eth_getTransactionCount", account.address, "pending") == "0x1"


def imported(modules: list[str]) -> list[str]:
    code = FRESH.format(modules=modules)
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    return told.splitlines()


def test_no_endpoint_imports_the_chain_and_no_import_lets_json_nest_deeper() -> None:
    functions = Template().functions.values()
    api = [one.handler.removesuffix(".app") for one in functions if one.handler.startswith("api.")]
    assert imported(api) == ["[]", "1000"]
    assert imported(["devstack.cli"]) == ["[]", "1000"]
    assert imported(["jobs.submit_settlements", "jobs.confirm_settlements"]) == ["[]", "1000"]
    assert imported(["gigstream_chain.web3_rail", "devstack.conflicts"])[1] == "1000"
