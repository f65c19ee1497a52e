"""The contract is its ghost, whatever happens; what breaks is shrunk to the fewest acts. `make scoreboard`: R23."""

from hypothesis import HealthCheck, settings
from tests.contracts.machine import Machine

TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=10, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
