"""What an act costs on chain, ours beside others', in one run on one EVM: `make bench-gas`.

Whole transactions, with calldata and the 21,000 that each one costs, under Prague's rules, on OpenZeppelin's ERC-20;
payers have paid before, allowances are unlimited, payees hold the token. Every act is done twice and the later is told.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eth_tester import EthereumTester, PyEVMBackend
from rich.console import Console
from rich.table import Table
from tests.bench.peers import PACKAGES, Artifact, NoNodeError, Peers, linked, peers
from web3 import EthereumTesterProvider, Web3

from devstack.contracts import artifact

GAS = 16_777_216  # what a transaction may take, on Arc too
TOTAL = 3_600_000_000
DAY = 86_400

# Measured in the same way on 2026-11-22 and not run here, because npm has neither. LlamaPay's create holds no escrow:
# its deposit is another 50,778.
QUOTED = {
    "create": {"original": 291_306, "LlamaPay": 58_002},
    "claim": {"original": 55_687, "LlamaPay": 61_689},
    "pause": {"original": 49_735},
    "cancel": {"original": 57_993, "LlamaPay": 75_784},
}
TARGETS = {
    "create": ("create with escrow, later ones", 95_000),
    "create many": ("create, batch of 50, each", 50_000),
    "claim": ("claim, later ones", 50_000),
    "pause": ("pause", 36_000),
    "cancel": ("cancel", 60_000),
    "pay many": ("batch pay, 200 holders, each, replay guard", 10_000),
}


@dataclass
class Chain:
    """An EVM with funded people on it, and what can be deployed there beside ours."""

    w3: Web3
    peers: Peers

    def __post_init__(self) -> None:
        accounts = list(self.w3.eth.accounts)
        self.admin, self.hot, self.payer, self.worker = accounts[0], accounts[1], accounts[2], accounts[3]
        self.workers = [Web3.to_checksum_address(Web3.keccak(number)[-20:]) for number in range(1, 201)]

    @property
    def now(self) -> int:
        return int(self.w3.eth.get_block("latest")["timestamp"])

    def peer(self, name: str, *arguments: Any, **libraries: str) -> Any:
        """Deploy one of the others."""
        return self.deploy(linked(self.peers.artifacts[name], libraries), *arguments)

    def deploy(self, made: Artifact, *arguments: Any) -> Any:
        contract = self.w3.eth.contract(abi=made["abi"], bytecode=made["bytecode"])
        sent = contract.constructor(*arguments).transact({"from": self.admin, "gas": GAS})
        return self.w3.eth.contract(
            abi=made["abi"], address=self.w3.eth.wait_for_transaction_receipt(sent)["contractAddress"]
        )

    def gas(self, call: Any, sender: str) -> int:
        """What the call costs; it must go well."""
        receipt = self.w3.eth.wait_for_transaction_receipt(call.transact({"from": sender, "gas": GAS}))
        if receipt["status"] != 1:
            raise RuntimeError(f"{call.fn_name} reverted")
        return int(receipt["gasUsed"])


def main() -> int:
    """Print the table and the JSON lines; 1 when one of ours costs more than it may, 2 when nothing could be run."""
    try:
        compiled = peers()
    except NoNodeError as error:
        print(f"bench-gas cannot run: {error}", file=sys.stderr)
        return 2
    measured = measure(compiled)
    show(measured)
    print(origin(compiled))
    lines = list(told(measured))
    for line in lines:
        print(json.dumps(line))
    return 0 if all(line["ok"] for line in lines) else 1


def measure(compiled: Peers) -> dict[str, dict[str, int]]:
    """Gas by contract and act."""
    chain = Chain(Web3(EthereumTesterProvider(EthereumTester(PyEVMBackend()))), compiled)
    token = chain.peer("Token")
    for who in (*chain.workers, *chain.w3.eth.accounts):
        chain.gas(token.functions.mint(who, 10**15), chain.admin)
    return {
        "GigStream": ours(chain, token),
        "Flow": flow(chain, token),
        "Lockup": lockup(chain, token),
        "disperse": naive(chain, token),
    }


def ours(chain: Chain, token: Any) -> dict[str, int]:
    contract = chain.deploy(artifact("PaymentStreaming"), token.address, chain.admin, chain.hot)
    chain.gas(token.functions.approve(contract.address, 2**256 - 1), chain.payer)
    chain.gas(token.functions.mint(contract.address, 10**15), chain.admin)
    does, now, gas = contract.functions, chain.now, {}
    for _ in range(2):
        gas["create"] = chain.gas(does.create(chain.worker, TOTAL, now, now + DAY), chain.payer)
    (stream_id,) = contract.events.StreamCreated().get_logs(from_block="latest")
    stream = stream_id["args"]["stream_id"]
    terms = [(worker, TOTAL, now, now + DAY) for worker in chain.workers[:50]]
    for _ in range(2):
        gas["create many"] = chain.gas(does.create_many(terms), chain.payer) // len(terms)
    for _ in range(2):
        gas["claim"] = chain.gas(does.claim(stream), chain.worker)
    for _ in range(2):
        gas["pause"] = chain.gas(does.pause(stream), chain.payer)
        chain.gas(does.resume(stream), chain.payer)
    gas["cancel"] = chain.gas(does.cancel(stream), chain.payer)
    # The third batch goes on in one slot of the bitmap and begins another, like most.
    for first in (1, 201, 401):
        pay = does.pay_many(first, chain.workers, [10**6 + number for number in range(200)])
        gas["pay many"] = chain.gas(pay, chain.hot) // 200
    return gas


def flow(chain: Chain, token: Any) -> dict[str, int]:
    contract = chain.peer("SablierFlow", comptroller(chain), chain.admin)
    chain.gas(token.functions.approve(contract.address, 2**256 - 1), chain.payer)
    does, gas, rate = contract.functions, {}, TOTAL * 10**12 // DAY
    for _ in range(2):
        create = does.createAndDeposit(chain.payer, chain.worker, rate, 0, token.address, True, TOTAL)
        gas["create"] = chain.gas(create, chain.payer)
    stream = does.nextStreamId().call() - 1
    for _ in range(2):
        gas["claim"] = chain.gas(does.withdrawMax(stream, chain.worker), chain.worker)
    gas["pause"] = chain.gas(does.pause(stream), chain.payer)
    return gas


def lockup(chain: Chain, token: Any) -> dict[str, int]:
    libraries = {name: chain.peer(name).address for name in ("LockupMath", "LockupHelpers")}
    contract = chain.peer("SablierLockup", comptroller(chain), chain.admin, **libraries)
    batch = chain.peer("SablierBatchLockup")
    for spender in (contract, batch):
        chain.gas(token.functions.approve(spender.address, 2**256 - 1), chain.payer)
    does, gas = contract.functions, {}
    unlocked, durations = (0, 0), (0, DAY)
    terms = (chain.payer, chain.worker, TOTAL, token.address, True, True, "")
    for _ in range(2):
        create = does.createWithDurationsLL(terms, unlocked, 1, durations)
        gas["create"] = chain.gas(create, chain.payer)
    stream = does.nextStreamId().call() - 1
    many = [(chain.payer, worker, TOTAL, True, True, durations, unlocked, 1, "") for worker in chain.workers[:50]]
    create_many = batch.functions.createWithDurationsLL(contract.address, token.address, many)
    gas["create many"] = chain.gas(create_many, chain.payer) // len(many)
    for _ in range(2):
        gas["claim"] = chain.gas(does.withdrawMax(stream, chain.worker), chain.worker)
    gas["cancel"] = chain.gas(does.cancel(stream), chain.payer)
    return gas


def comptroller(chain: Chain) -> str:
    """Sablier's switchboard, bare: no fee and no oracle, which a real withdrawal also reads."""
    return str(chain.peer("SablierComptroller", chain.admin).address)


def naive(chain: Chain, token: Any) -> dict[str, int]:
    contract = chain.peer("Disperse")
    chain.gas(token.functions.approve(contract.address, 2**256 - 1), chain.payer)
    amounts = [10**6 + number for number in range(200)]
    pay = contract.functions.disperse(token.address, chain.workers, amounts)
    return {"pay many": [chain.gas(pay, chain.payer) // 200 for _ in range(2)][-1]}


def show(measured: dict[str, dict[str, int]]) -> None:
    """The table: measured now, and quoted where it could not be."""
    versions = [f"{name} {PACKAGES[f'@sablier/{name.lower()}']}" for name in ("Flow", "Lockup")]
    names = [*versions, "disperse loop", "original (2026-11-22)", "LlamaPay (2026-11-22)"]
    table = Table("gas a transaction, or each", "to reach", "GigStream", *names, box=None)
    for act, (title, target) in TARGETS.items():
        found = [measured[name].get(act) for name in ("GigStream", "Flow", "Lockup", "disperse")]
        cells = [*found, QUOTED.get(act, {}).get("original"), QUOTED.get(act, {}).get("LlamaPay")]
        table.add_row(title, f"{target:,}", *("" if gas is None else f"{gas:,}" for gas in cells))
    Console(width=160).print(table)


def origin(compiled: Peers) -> str:
    """Who compiled the others, and whether that is what the packages publish."""
    same = "is the published one, to the last byte"
    if compiled.differing:
        same = "is not the published one in " + ", ".join(compiled.differing)
    return (
        f"solc {PACKAGES['solc']} compiled all but ours and the two quoted from their sources, in this run, in "
        f"{compiled.seconds:.0f} s; the bytecode of Sablier's contracts {same}."
    )


def told(measured: dict[str, dict[str, int]]) -> Iterator[dict[str, Any]]:
    """A JSON line an act; the reference is the peer's that does the same most cheaply."""
    for act, (_, target) in TARGETS.items():
        mine = measured["GigStream"][act]
        peers = {name: gas[act] for name, gas in measured.items() if name != "GigStream" and act in gas}
        name, reference = min(peers.items(), key=lambda peer: peer[1])
        yield {
            "id": f"P10 {act}",
            "ours": mine,
            "reference": reference,
            "ratio": float(f"{mine / reference:.3f}"),
            "target": target,
            "ok": mine <= target,
            "beside": name,
        }


if __name__ == "__main__":
    sys.exit(main())
