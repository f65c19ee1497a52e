"""The contract is its ghost, whatever happens; what breaks is shrunk to the fewest acts. `make scoreboard`: R23."""

import pytest
from hypothesis import HealthCheck, settings
from tests.contracts.ghost import Manners
from tests.contracts.machine import Machine

TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=10, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("locked", [True, False])
def test_given_a_payment_whose_gas_another_payee_burns_both_should_say_that_it_failed(locked: bool) -> None:
    """Hypothesis comes by this once in some hundred runs; with the lock the other is never called."""
    machine = Machine()
    try:
        machine.deploy(locked=locked, manners=Manners.PAYS)
        machine.behave("worker 2", Manners.BURNS_GAS)
        machine.time_passes(1000)
        machine.set_trap(0, 1)
        machine.pay_many(back=0, ahead=0, edge=False, payments=[("worker 1", 5)], greedy=5)
        machine.books_agree()
        machine.set_trap(0, 1)
        machine.cancel(seconds=1, pick=0, trap=None, who="payer 1", right=True)
        machine.books_agree()
    finally:
        machine.teardown()
