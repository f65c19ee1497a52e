"""Ten thousand random streams against a model in whole seconds and micro-USDC: all exact, all paid."""

import random

from tests.books import Books
from tests.simulation import Simulation

SEED = 20_250_101
STREAMS = 10_000


def test_random_streams_release_to_the_unit_what_the_model_does_and_end_at_their_totals(books: Books) -> None:
    simulation = Simulation(books, random.Random(SEED), STREAMS)
    ends = simulation.run()
    assert simulation.violations == []
    assert ends["completed"] + ends["cancelled"] == STREAMS
    assert min(ends["completed"], ends["cancelled"]) > 300
    assert books.differences() == []
