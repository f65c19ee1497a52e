"""What PaymentStreaming must do, said a second time: whole micro-USDC and seconds in Python, without slots and ids.

An act that raises Refused may have changed something: play it on a copy.
"""

from dataclasses import dataclass, field
from enum import IntEnum

MOST = 2**60 - 1
CONTRACT = "the contract"


class Manners(IntEnum):
    """How the hostile token treats who is paid."""

    PAYS = 0
    REVERTS = 1
    RETURNS_FALSE = 2
    BURNS_GAS = 3
    RETURNS_NOTHING = 4


class Refused(Exception):
    """The contract must revert."""


@dataclass
class Pot:
    """A stream."""

    payer: str
    worker: str
    total: int
    anchor: int
    end: int
    earned: int = 0  # by the anchor
    released: int = 0
    refunded: int = 0
    state: str = "active"

    def accrued(self, now: int) -> int:
        if self.state != "active" or now <= self.anchor:
            return self.earned
        if now >= self.end:
            return self.total
        return self.earned + (self.total - self.earned) * (now - self.anchor) // (self.end - self.anchor)

    @property
    def held(self) -> int:
        return self.total - self.released - self.refunded


@dataclass
class Ghost:
    """The contract and its token. `guarded` says that nothing can be entered while something runs."""

    guarded: bool
    now: int
    balances: dict[str, int]
    streams: list[Pot] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    manners: dict[str, Manners] = field(default_factory=dict)
    trap: tuple[str, int] | None = None  # who must be paid for a stream to be released in between
    halted: bool = False

    @property
    def escrowed(self) -> int:
        return sum(pot.held for pot in self.streams)

    @property
    def custody(self) -> int:
        return self.balances[CONTRACT] - self.escrowed

    def create(self, payer: str, pots: list[Pot]) -> None:
        refuse(self.halted)
        refuse(any(not 0 < pot.total <= MOST or not pot.anchor < pot.end or pot.end <= self.now for pot in pots))
        self.pull(payer, sum(pot.total for pot in pots))
        self.streams += pots

    def release(self, number: int, caller: str | None = None) -> int:
        pot = self.streams[number]
        due = pot.accrued(self.now) - pot.released
        refuse(due == 0 or caller not in {None, pot.worker})
        pot.released += due
        refuse(not self.send(pot.worker, due))
        return due

    def pause(self, number: int, caller: str) -> None:
        pot = self.streams[number]
        refuse(caller != pot.payer or pot.state != "active" or self.now >= pot.end)
        pot.earned, pot.anchor, pot.state = pot.accrued(self.now), max(pot.anchor, self.now), "paused"

    def resume(self, number: int, caller: str) -> None:
        pot = self.streams[number]
        refuse(caller != pot.payer or pot.state != "paused")
        pause = max(0, self.now - pot.anchor)
        pot.anchor, pot.end, pot.state = pot.anchor + pause, pot.end + pause, "active"

    def top_up(self, number: int, caller: str, amount: int, end: int) -> None:
        pot = self.streams[number]
        refuse(self.halted or caller != pot.payer or not 0 < amount <= MOST - pot.total)
        refuse(pot.state == "cancelled" or (pot.state == "active" and self.now >= pot.end))
        earned, anchor = pot.accrued(self.now), max(pot.anchor, self.now) if pot.state == "active" else pot.anchor
        refuse(end != 0 and end <= max(anchor, self.now))
        pot.earned, pot.anchor, pot.end, pot.total = earned, anchor, end or pot.end, pot.total + amount
        self.pull(caller, amount)

    def cancel(self, number: int, caller: str) -> int:
        pot = self.streams[number]
        earned = pot.accrued(self.now)
        refuse(caller != pot.payer or pot.state == "cancelled" or earned == pot.total)
        due, refund = earned - pot.released, pot.total - earned
        pot.earned, pot.released, pot.refunded, pot.state = earned, earned, refund, "cancelled"
        refuse(not self.send(caller, refund))
        if due and not self.send(pot.worker, due, bounded=True):
            pot.released -= due
        return refund

    def pay_many(self, first: int, payees: list[str], amounts: list[int]) -> list[int]:
        """The numbers that failed."""
        numbers = range(first, first + len(payees))
        refuse(self.halted or not payees or not self.used.isdisjoint(numbers) or sum(amounts) > self.custody)
        self.used.update(numbers)
        return [
            number
            for number, payee, amount in zip(numbers, payees, amounts, strict=True)
            if not self.send(payee, amount, bounded=True)
        ]

    def pull(self, payer: str, amount: int) -> None:
        refuse(amount > self.balances[payer])
        self.balances[payer] -= amount
        self.balances[CONTRACT] += amount

    def send(self, payee: str, amount: int, *, bounded: bool = False) -> bool:
        """Whether the token paid; a trap goes off before it does, and may burn all gas where that is bounded."""
        manners = self.manners.get(payee, Manners.PAYS)
        if payee == CONTRACT or manners in {Manners.REVERTS, Manners.BURNS_GAS}:
            return False
        if self.trap and self.trap[0] == payee:
            trap, self.trap = self.trap, None
            if not self.guarded and self.nested(trap[1]) and bounded:
                self.trap = trap  # the token did nothing at all
                return False
        if manners is not Manners.PAYS:
            return False
        self.balances[CONTRACT] -= amount
        self.balances[payee] += amount
        return True

    def nested(self, number: int) -> bool:
        """A release from within, whose refusal stops nobody; whether it burnt its gas."""
        pot = self.streams[number]
        released = pot.released
        try:
            self.release(number)
        except Refused:
            burnt = pot.released != released and self.manners.get(pot.worker) is Manners.BURNS_GAS
            pot.released = released
            return burnt
        return False


def refuse(condition: bool) -> None:
    if condition:
        raise Refused
