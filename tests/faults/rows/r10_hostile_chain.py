"""R10: nodes that lose, repeat, refuse and lag, and a process that dies at any boundary of what settlement keeps.

Guards: nothing is sent that is not stored, an answer proves nothing, a settlement has one nonce for ever, and only a
final receipt of one of its own hashes moves money. Twenty payouts a seed: each is paid once, and the books say so.
On the model chain, whose nodes stand in this process; then with kill -9 on Anvil, where there is one.
"""

import os
import random
import signal
from collections import Counter
from functools import partial

from tests import anvil
from tests.faults import chains
from tests.faults.board import Arena, Outcome, row
from tests.faults.chains import CALM
from tests.faults.dooming import BOUNDARIES, Death, Moment, doomed
from tests.faults.hostile_rpc import STORM
from tests.faults.model_chain import FLOOR
from tests.faults.payday import CONFIRM, MINUTE, QUEUE, SUBMIT, Crew, Payday, hired, open_for

from devstack.server import forking
from gigstream import db

STORM_TICKS = 8
CALM_TICKS = 30
DEATHS = 0.06  # at a boundary, of those in this process
KILL_TICKS = 6  # in which a job should come to its boundary
KILLED = -9
ENOUGH = 300  # seeds that meet every fault and die at every boundary


def storm(payday: Payday, chance: random.Random) -> None:
    """Some minutes of everything at once: faults, late blocks, a base fee that wanders, deaths."""
    chain = payday.chain
    chain.set_weather(STORM)
    for _ in range(STORM_TICKS):
        chain.base_fee = int(FLOOR * chance.choice([1, 1, 1, 1.5, 3]))
        payday.queue()
        payday.submit()
        if chance.random() < 0.6:
            chain.mine(chance.randint(1, 3))
        payday.confirm()
        payday.crew.pass_time(chance.choice([0, 60, 60, 600]))
    chain.set_weather(CALM)
    chain.base_fee = FLOOR


def settle(payday: Payday) -> None:
    """Ordinary minutes until everything has come to an end."""
    for _ in range(CALM_TICKS):
        if not payday.waiting():
            break
        payday.tick()


def judged(payday: Payday, name: str) -> list[str]:
    """What is wrong at the end of a payday on which nobody was to fail."""
    wrong = payday.wrong()
    wrong += [f"payout {row['id']} is {row['status']}" for row in payday.rows() if row["status"] != "completed"]
    return [f"{name}: {violation}" for violation in wrong]


def play_one(arena: Arena, crew: Crew, seed: int, met: Counter[object]) -> list[str]:
    """A payday on the model; what was wrong with it. `met` counts the faults that struck and the boundaries died at."""
    chance = random.Random(seed)

    def strike(*boundary: object) -> None:
        if chance.random() < DEATHS:
            met[boundary] += 1
            raise Death

    with chains.model(chance) as chain, open_for(arena, chain):
        payday = Payday(crew, chain, chance)
        with doomed(strike):
            storm(payday, chance)
        settle(payday)
        wrong = judged(payday, f"seed {seed}")
    met += chain.struck
    return wrong


def run_and_kill(payday: Payday, job: str, step: str, moment: Moment) -> bool:
    """A job in a process of its own that is killed when it comes to the boundary; whether it came there."""

    def strike(*place: object) -> None:
        if place == (step, moment):
            os.kill(os.getpid(), signal.SIGKILL)

    def run() -> None:
        with doomed(strike):
            payday.run(job)

    db.close()  # or the child would speak on this process's connections
    process = forking.Process(target=run, daemon=True)
    process.start()
    process.join()
    return process.exitcode == KILLED


def kill_one(arena: Arena, crew: Crew, chance: random.Random, step: str, moment: Moment) -> list[str]:
    """A payday on Anvil in bad weather, and kill -9 at one boundary."""
    name = f"kill -9 at {step}, {moment}"
    with chains.on_anvil(chance) as chain, open_for(arena, chain):
        payday = Payday(crew, chain, chance)
        chain.set_weather(STORM)
        for _ in range(KILL_TICKS):
            if any(run_and_kill(payday, job, step, moment) for job in (QUEUE, SUBMIT)):
                break
            chain.mine()
            if run_and_kill(payday, CONFIRM, step, moment):
                break
            crew.pass_time(MINUTE)
        else:
            return [f"{name}: never came there"]
        chain.set_weather(CALM)
        settle(payday)
        return judged(payday, name)


@row(10, "hostile nodes, death at each boundary; 20 payments a seed, then kill -9 on Anvil", full=1500, short=24)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome, met = Outcome(), Counter[object]()
    is_full = cases >= ENOUGH
    kills = BOUNDARIES if is_full else chance.sample(BOUNDARIES, 3)
    with hired(arena) as crew:
        games = [partial(play_one, arena, crew, chance.getrandbits(32), met) for _ in range(cases)]
        if anvil.program():
            games += [partial(kill_one, arena, crew, chance, *boundary) for boundary in kills]
        for game in games:
            wrong = game()
            outcome.cases += 1
            outcome.accepted += not wrong
            outcome.violations += wrong
    if is_full:
        outcome.violations += [f"never met: {missed}" for missed in [*STORM, *BOUNDARIES] if not met[missed]]
    return outcome
