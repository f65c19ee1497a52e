"""A contract of its own for each test, with a token that behaves until it is told not to, at a fixed time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boa
import pytest
from tests.contracts.compiled import deployer, hostile_usdc
from tests.contracts.machine import START

FUNDS = 10**12
HOUR = 3600


@dataclass
class Town:
    """The contract, its token and the people around it; `payer` has funds, and so has custody."""

    token: Any
    contract: Any
    people: dict[str, str] = field(default_factory=dict)

    def __getattr__(self, name: str) -> str:
        """The address of `owner`, `hot`, `payer`, `worker`, `other`, ..."""
        if name not in self.people:
            self.people[name] = str(boa.env.generate_address(name))
        return self.people[name]

    def stream(self, total: int = 3_600_000, seconds: int = HOUR, start: int = START, worker: str = "") -> int:
        """A stream by `payer` for `worker`, a thousand micro-USDC a second."""
        worker = worker or self.worker
        return int(self.contract.create(worker, total, start, start + seconds, sender=self.payer))

    def pay(self, first: int, payments: dict[str, int]) -> list[Any]:
        """A batch by the hot key; its logs."""
        self.contract.pay_many(first, list(payments), list(payments.values()), sender=self.hot)
        return list(self.contract.get_logs())

    def balance(self, who: str) -> int:
        return int(self.token.balanceOf(who))


@pytest.fixture
def town() -> Iterator[Town]:
    with boa.env.anchor():
        boa.env.timestamp = START
        token = hostile_usdc().deploy()
        owner, hot = boa.env.generate_address("owner"), boa.env.generate_address("hot")
        contract = deployer().deploy(token, owner, hot)
        town = Town(token, contract, {"owner": str(owner), "hot": str(hot)})
        token.mint(town.payer, FUNDS)
        token.mint(contract, FUNDS)
        yield town


def at(seconds: int) -> None:
    """So long after the start."""
    boa.env.timestamp = START + seconds
