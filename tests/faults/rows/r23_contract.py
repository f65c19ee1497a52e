"""The contract beside a ghost: equal timestamps, clocks 30 seconds ahead, numbers used again, a token that calls back.

Red when something is paid before it is written down, when a payment number is used twice, when a batch reaches the
streams' escrow, when a payee who cannot be paid holds up others, and when a pause, a top-up or a cancel miscounts.
"""

import random

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.contracts.machine import Machine
from tests.faults.board import Arena, Outcome, row

STEPS = 50


@row(23, "the contract as a state machine, with and without its lock, 50 steps a run", full=300, short=25)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome()
    while outcome.cases < cases * STEPS and not outcome.violations:

        class Run(Machine):
            """A class of its own, because a seed belongs to a class."""

        seed(chance.getrandbits(64))(Run)
        try:
            run_state_machine_as_test(
                Run,
                settings=settings(
                    max_examples=max(1, cases - outcome.cases // STEPS),
                    stateful_step_count=STEPS,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                    database=None,
                    deadline=None,
                    print_blob=False,
                ),
            )
        except Exception as error:  # noqa: BLE001 - whatever the contract did, the run is told
            outcome.violations.append(f"{error!r} {' / '.join(getattr(error, '__notes__', ()))}")
        outcome.cases += Run.steps
        outcome.accepted += Run.accepted
    outcome.cases //= STEPS
    return outcome
