"""R1: streams of random totals and durations live through ticks, pauses, cancels and top-ups, beside an exact model.

Guards: whole micro-USDC by whole seconds, cut and never rounded, from one anchor. A rate per second, a round for a div,
an anchor that forgets what was paid or an end that does not move with a pause is seen here.
"""

import random

from tests.faults.board import Arena, Outcome, row
from tests.simulation import Simulation


@row(1, "random totals, durations, ticks, pauses, cancels, top-ups, releases, disputes", full=10_000, short=300)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    simulation = Simulation(arena.books, chance, cases)
    ends = simulation.run()
    accepted = ends["completed"] + ends["cancelled"]
    if accepted != cases:
        simulation.violations.append(f"not all streams ended: {ends}")
    return Outcome(cases, accepted, simulation.violations)
