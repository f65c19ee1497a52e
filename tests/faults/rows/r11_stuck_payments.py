"""R11: what is sent is dropped, pays too little or reverts; the key is used elsewhere; no gas money; a blocked payee.

Guards: what is stuck is sent again or replaced with the same nonce within five minutes; a nonce that somebody else took
pauses the wallet until a person has looked, and pays nothing twice; a payee on the blocklist fails alone.
On the model chain, and on Anvil where there is one.
"""

import random
from collections.abc import Callable

from tests import anvil
from tests.faults import chains
from tests.faults.board import Arena, Outcome, row
from tests.faults.chains import GAS_MONEY
from tests.faults.model_chain import FLOOR
from tests.faults.payday import PAYMENTS, Payday, hired, open_for

TICKS = 5  # in which a stuck transaction must have got through
CONFLICT_TICKS = 6


def ends(payday: Payday, ticks: int = TICKS) -> list[str]:
    """So many minutes, after which everything must have come to its end."""
    for _ in range(ticks):
        payday.tick()
    return [f"{waiting} payouts wait after {ticks} ticks"] if (waiting := payday.waiting()) else []


def unpaid(payday: Payday) -> list[str]:
    return [f"payout {row['id']} is {row['status']}" for row in payday.rows() if row["status"] != "completed"]


def forget_all(payday: Payday) -> None:
    """No node remembers what was sent and not mined."""
    for settlement in payday.settlements():
        for tx_hash in settlement["hashes"]:
            payday.chain.node("anvil_dropTransaction", [tx_hash])


def dropped(payday: Payday) -> list[str]:
    payday.queue()
    payday.submit()
    forget_all(payday)
    return ends(payday) + unpaid(payday)


def underpriced(payday: Payday) -> list[str]:
    """The base fee rises eightfold behind what was sent, and stays there."""
    payday.queue()
    payday.submit()
    sent = {row["nonce"]: row["hashes"] for row in payday.settlements()}
    payday.chain.base_fee = 8 * FLOOR
    wrong = ends(payday) + unpaid(payday)
    replaced = [row for row in payday.settlements() if row["tx_hash"] not in sent.get(row["nonce"], [])]
    return wrong + ([] if sent and replaced else ["nothing was replaced"])


def out_of_gas(payday: Payday) -> list[str]:
    """Empty before anything is sent, then with the first settlements on their way."""
    payday.chain.set_gas_money(0)
    payday.tick()
    if payday.waiting() != PAYMENTS:
        return ["a wallet without gas money has settled something"]
    payday.chain.set_gas_money(GAS_MONEY)
    payday.queue()
    payday.submit()
    forget_all(payday)
    payday.chain.set_gas_money(0)
    payday.tick()
    payday.chain.set_gas_money(GAS_MONEY)
    return ends(payday) + unpaid(payday)


def key_used_while_idle(payday: Payday) -> list[str]:
    """Between two settlements somebody pays with the same key."""
    wrong = ends(payday) + unpaid(payday)
    payday.chain.use_key_elsewhere(payday.chain.nonce())
    payday.chain.mine()
    payday.payouts += payday.pay([10**6] * PAYMENTS)
    payday.tick()
    if not payday.is_paused() or payday.waiting() != PAYMENTS:
        wrong.append("the wallet goes on after somebody else used its key")
    payday.resume()
    return wrong + ends(payday) + unpaid(payday)


def key_used_in_flight(payday: Payday) -> list[str]:
    """Somebody else's transaction takes the nonce of a settlement that is under way."""
    payday.queue()
    payday.submit()
    forget_all(payday)
    payday.chain.use_key_elsewhere(payday.chain.nonce())
    payday.chain.mine()
    for _ in range(CONFLICT_TICKS):
        payday.tick()
    states = [row["state"] for row in payday.settlements() if row["nonce"] is not None]
    wrong = [] if states.count("conflict") == 1 and payday.is_paused() else [f"no conflict, but {states}"]
    wrong += [f"{state} after a conflict" for state in states if state in ("reserved", "final_reverted")]
    payday.payouts += payday.pay([10**6] * PAYMENTS)
    payday.tick()
    if sum(row["status"] == "pending" for row in payday.rows()) != PAYMENTS:
        wrong.append("a paused wallet reserves what comes later")
    lost = payday.clear_conflicts()
    payday.resume()
    wrong += ends(payday)
    failed = {row["id"] for row in payday.rows() if row["status"] == "failed"}
    if failed != lost:
        wrong.append(f"{len(failed)} payouts failed, {len(lost)} were in conflict")
    payday.payouts += payday.retry(failed)
    wrong += ends(payday)
    return wrong + [
        f"{row['id']} is {row['status']}"
        for row in payday.rows()
        if row["id"] not in failed and row["status"] != "completed"
    ]


def blocked_payee(payday: Payday) -> list[str]:
    """One payee's transfers revert: he fails alone, and has his money back."""
    refused = payday.rows()[0]
    before = payday.available(refused["worker_id"])
    payday.chain.block(refused["to_address"])
    wrong = ends(payday)
    failed = {row["id"] for row in payday.rows() if row["status"] == "failed"}
    if failed != {refused["id"]}:
        wrong.append(f"{len(failed)} payouts failed beside a blocked payee")
    if payday.available(refused["worker_id"]) != before + refused["amount"]:
        wrong.append("the money of a payee who could not be paid is not available to him")
    return wrong


def reverted(payday: Payday) -> list[str]:
    """The contract refuses what is under way: it pays nobody, and the money is back with the workers."""
    before = [payday.available(row["worker_id"]) + row["amount"] for row in payday.rows()]
    payday.queue()
    payday.submit()
    forget_all(payday)
    payday.chain.dismiss_signer()
    wrong = ends(payday)
    rows = payday.rows()
    wrong += [f"payout {row['id']} is {row['status']}" for row in rows if row["status"] != "failed"]
    if [payday.available(row["worker_id"]) for row in rows] != before:
        wrong.append("the money of a transaction that was reverted is not available to the workers")
    return wrong


TROUBLES: list[Callable[[Payday], list[str]]] = [
    dropped, underpriced, out_of_gas, key_used_while_idle, key_used_in_flight, blocked_payee, reverted,
]  # fmt: skip


@row(
    11,
    "dropped, underpriced, key used elsewhere, no gas money, blocked payee, revert; on the model and on Anvil",
    full=240,
    short=12,
)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome(cases=cases)
    grounds = [chains.model, chains.on_anvil] if anvil.program() else [chains.model]
    with hired(arena) as crew:
        for number in range(cases):
            trouble = TROUBLES[number % len(TROUBLES)]
            ground = grounds[number // len(TROUBLES) % len(grounds)]
            with ground(chance) as chain, open_for(arena, chain):
                payday = Payday(crew, chain, chance)
                wrong = trouble(payday) + payday.wrong()
            outcome.violations += [f"{trouble.__name__} on {ground.__name__}: {violation}" for violation in wrong]
            outcome.accepted += not wrong
    return outcome
