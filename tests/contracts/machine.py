"""PaymentStreaming beside its ghost, act by act, with a hostile token and a clock that stands still or jumps.

Whatever one refuses the other must refuse, and after each act both say the same: balances, escrow, custody, streams,
used numbers. Hypothesis chooses the acts.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import boa
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.contracts.compiled import deployer, hostile_usdc
from tests.contracts.ghost import CONTRACT, Ghost, Manners, Pot, Refused

START = 1_800_000_000
FUNDS = 10**12
FIRST_NUMBER = 254  # a batch of three touches two slots of the bitmap
PAYERS = ("payer 1", "payer 2")
WORKERS = ("worker 1", "worker 2", "worker 3")
STATES = ("active", "paused", "cancelled")

people = st.sampled_from((*PAYERS, *WORKERS))
amounts = st.integers(1, 10**6) | st.sampled_from([1, 2, 3, 10**9])
durations = st.integers(1, 10_000)
picks = st.integers(0, 10**6)
waits = st.sampled_from([1, 0, 30, 30, 600, 3600, 20_000])
traps = st.sampled_from([None, 0, 1])
likely = st.sampled_from([True, True, True, False])


class Machine(RuleBasedStateMachine):
    """Over all runs: `steps` that hypothesis took, and calls that were `accepted` and changed something."""

    runs = 0
    steps = 0
    accepted = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).runs += 1
        self.anchored = boa.env.anchor()
        self.anchored.__enter__()

    @initialize(locked=st.booleans(), manners=st.sampled_from(Manners))
    def deploy(self, locked: bool, manners: Manners) -> None:
        boa.env.timestamp = START
        names = ("owner", "hot key", *PAYERS, *WORKERS)
        self.addresses = {name: boa.env.generate_address(name) for name in names}
        self.token = hostile_usdc().deploy()
        self.contract = deployer(locked=locked).deploy(self.token, self.addresses["owner"], self.addresses["hot key"])
        self.addresses[CONTRACT] = self.contract.address
        for payer in PAYERS:
            self.token.mint(self.addresses[payer], FUNDS)
        balances = dict.fromkeys(self.addresses, 0) | dict.fromkeys(PAYERS, FUNDS)
        self.ghost = Ghost(locked, START, balances)
        self.ids = list[int]()
        self.deposited = 0
        self.deposit(FUNDS)
        self.behave(WORKERS[0], manners)
        for payer in PAYERS:
            self.open(payer, [(worker, 10**6 + 1, 0, 10_000) for worker in WORKERS], many=True)

    def teardown(self) -> None:
        try:
            if hasattr(self, "ghost"):
                for number in range(len(self.ids)):
                    self.same_stream(number)
        finally:
            self.anchored.__exit__(None, None, None)

    # The world

    def time_passes(self, seconds: int) -> None:
        self.ghost.now += seconds
        boa.env.timestamp = self.ghost.now

    @rule(
        amount=amounts,
        who=st.sampled_from((*PAYERS, *WORKERS, *WORKERS)),
        manners=st.sampled_from([Manners.PAYS, *Manners, Manners.RETURNS_FALSE]),
        halted=st.integers(0, 4),
    )
    def the_world_changes(self, amount: int, who: str, manners: Manners, halted: int) -> None:
        """Somebody deposits, a payee cannot be paid or can be again, the owner halts or mostly not."""
        self.deposit(amount)
        self.behave(who, manners)
        if (halted == 4) != self.ghost.halted:
            self.ghost.halted = not self.ghost.halted
            getattr(self.contract, "halt" if self.ghost.halted else "unhalt")(sender=self.addresses["owner"])

    def behave(self, who: str, manners: Manners) -> None:
        self.token.behave(self.addresses[who], manners)
        self.ghost.manners[who] = manners

    def deposit(self, amount: int) -> None:
        self.token.mint(self.contract, amount)
        self.ghost.balances[CONTRACT] += amount
        self.deposited += amount

    def set_trap(self, number: int, ahead: int | None) -> None:
        """When the stream's worker is paid, the token has a stream released: this one, or another."""
        if ahead is not None:
            target, worker = (number + ahead) % len(self.ids), self.ghost.streams[number].worker
            message = keccak(text="release(uint256)")[:4] + encode(["uint256"], [self.ids[target]])
            self.token.arm(self.addresses[worker], self.contract, message)
            self.ghost.trap = (worker, target)

    # Streams

    @rule(
        payer=st.sampled_from(PAYERS),
        terms=st.lists(
            st.tuples(st.sampled_from(WORKERS), amounts, st.integers(-100, 100), st.integers(0, 100_000)),
            min_size=1,
            max_size=4,
        ),
        many=st.booleans(),
    )
    def create(self, payer: str, terms: list[tuple[str, int, int, int]], many: bool) -> None:
        self.open(payer, terms, many=many)

    def open(self, payer: str, terms: list[tuple[str, int, int, int]], *, many: bool) -> None:
        now = self.ghost.now
        chosen = terms if many else terms[:1]
        pots = [
            Pot(payer, worker, total, now + start, now + start + seconds) for worker, total, start, seconds in chosen
        ]
        asked = [(self.addresses[pot.worker], pot.total, pot.anchor, pot.end) for pot in pots]
        with self.both(lambda ghost: ghost.create(payer, pots)) as accepted:
            ids = (
                self.contract.create_many(asked, sender=self.addresses[payer])
                if many
                else [self.contract.create(*asked[0], sender=self.addresses[payer])]
            )
            accepted()
            assert not set(ids) & set(self.ids)
            self.ids += ids

    @rule(seconds=waits, pick=picks, trap=traps, who=people, right=likely)
    def claim(self, seconds: int, pick: int, trap: int | None, who: str, right: bool) -> None:
        self.time_passes(seconds)
        number = pick % len(self.ids)
        self.set_trap(number, trap)
        caller = self.ghost.streams[number].worker if right else who
        self.on_stream(number, lambda ghost: ghost.release(number, caller), "claim", caller)

    @rule(seconds=waits, pick=picks, trap=traps, caller=people)
    def release(self, seconds: int, pick: int, trap: int | None, caller: str) -> None:
        self.time_passes(seconds)
        number = pick % len(self.ids)
        self.set_trap(number, trap)
        self.on_stream(number, lambda ghost: ghost.release(number), "release", caller)

    @rule(
        seconds=waits,
        pick=picks,
        act=st.sampled_from(["pause", "resume"]),
        who=people,
        right=likely,
    )
    def pause_or_resume(self, seconds: int, pick: int, act: str, who: str, right: bool) -> None:
        self.time_passes(seconds)
        number = pick % len(self.ids)
        caller = self.ghost.streams[number].payer if right else who
        self.on_stream(number, lambda ghost: getattr(ghost, act)(number, caller), act, caller)

    @rule(seconds=waits, pick=picks, trap=traps, who=people, right=likely)
    def cancel(self, seconds: int, pick: int, trap: int | None, who: str, right: bool) -> None:
        self.time_passes(seconds)
        number = pick % len(self.ids)
        self.set_trap(number, trap)
        caller = self.ghost.streams[number].payer if right else who
        self.on_stream(number, lambda ghost: ghost.cancel(number, caller), "cancel", caller)

    @rule(seconds=waits, pick=picks, amount=amounts | st.just(0), ahead=st.none() | st.integers(-100, 10_000))
    def top_up(self, seconds: int, pick: int, amount: int, ahead: int | None) -> None:
        self.time_passes(seconds)
        number = pick % len(self.ids)
        payer = self.ghost.streams[number].payer
        end = 0 if ahead is None else self.ghost.now + ahead
        self.on_stream(number, lambda ghost: ghost.top_up(number, payer, amount, end), "top_up", payer, amount, end)

    # Batches

    @rule(
        back=st.sampled_from([0, 0, 0, 0, 1, 3, 300]),
        ahead=st.sampled_from([0, 0, 5, 250]),
        edge=st.sampled_from([False, False, True]),
        payments=st.lists(st.tuples(st.sampled_from((*WORKERS, *WORKERS, CONTRACT)), amounts), max_size=5),
        greedy=st.integers(0, 5),
    )
    def pay_many(self, back: int, ahead: int, edge: bool, payments: list[tuple[str, int]], greedy: int) -> None:
        first = max(0, max(self.ghost.used, default=FIRST_NUMBER - 1) + 1 + ahead - back)
        if edge:  # the last two numbers of a slot, so that a batch of three touches the next
            first = max(first, (first | 255) - 1)
        payees, dues = [payee for payee, _ in payments], [amount for _, amount in payments]
        if payments and greedy < 2 and self.ghost.custody:
            payees, dues = payees[:1], [self.ghost.custody + greedy]  # all there is, or a unit of escrow with it
        with self.both(lambda ghost: ghost.pay_many(first, payees, dues)) as accepted:
            self.contract.pay_many(
                first, [self.addresses[payee] for payee in payees], dues, sender=self.addresses["hot key"]
            )
            failed = accepted()
            logs = self.contract.get_logs()
            told = {log.payment_no: log for log in logs if type(log).__name__ == "PaymentFailed"}
            assert sorted(told) == failed
            paid = sum(dues) - sum(log.amount for log in told.values())
            (batch,) = [log for log in logs if type(log).__name__ == "BatchPaid"]
            assert (batch.first_payment_no, batch.payments, batch.paid) == (first, len(dues), paid)
        for number in range(max(0, first - 1), first + len(dues) + 1):
            assert self.contract.is_used(number) == (number in self.ghost.used)

    # What always holds

    @invariant()
    def books_agree(self) -> None:
        if not hasattr(self, "ghost"):
            return
        type(self).steps += 1
        found = self.token.balances([self.addresses[name] for name in self.ghost.balances])
        assert dict(zip(self.ghost.balances, found, strict=True)) == self.ghost.balances
        assert self.contract.escrowed() == self.ghost.escrowed
        assert self.contract.custody() == self.ghost.custody >= 0
        assert sum(self.ghost.balances.values()) == len(PAYERS) * FUNDS + self.deposited

    def same_stream(self, number: int) -> None:
        pot = self.ghost.streams[number]
        assert 0 <= pot.released <= pot.accrued(self.ghost.now) <= pot.total
        if pot.held == 0:
            with boa.reverts("no such stream"):
                self.contract.details(self.ids[number])
            return
        found = self.contract.details(self.ids[number])
        assert (found.payer, found.worker) == (self.addresses[pot.payer], self.addresses[pot.worker])
        assert STATES[found.status] == pot.state
        assert (found.total, found.released) == (pot.total - pot.refunded, pot.released)
        assert found.accrued == pot.accrued(self.ghost.now)
        assert (found.anchor_amount, found.anchor_time, found.end_time) == (pot.earned, pot.anchor, pot.end)

    def on_stream(self, number: int, act: Callable[[Ghost], Any], name: str, caller: str, *arguments: int) -> None:
        with self.both(act) as accepted:
            found = getattr(self.contract, name)(self.ids[number], *arguments, sender=self.addresses[caller])
            expected = accepted()
            assert found == expected
        self.same_stream(number)

    @contextmanager
    def both(self, act: Callable[[Ghost], Any]) -> Iterator[Callable[[], Any]]:
        """Play the act on a copy of the ghost, then the body, which calls the contract: both do it or both refuse."""
        after, refused, told, passed = deepcopy(self.ghost), False, None, False
        try:
            told = act(after)
        except Refused:
            refused = True

        def accepted() -> Any:
            nonlocal passed
            assert not refused, "the contract did what it must refuse"
            passed = True
            self.ghost = after
            type(self).accepted += 1
            return told

        try:
            yield accepted
        except boa.BoaError:
            assert not passed
            assert refused, "the contract refused what it must do"
