"""Whatever is called in whatever order: settlements move along their ways alone, and no micro-USDC is made or lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.books import Books, Row, acting, call
from tests.conftest import TEMPLATE_DATABASE
from tests.settling import BLOCK, CHAIN, CONTRACT, SIGNER, hash_of, queue, rich, signer

from devstack.postgres import Cluster

EARNED = Decimal("100.000007")
WORKERS = 3
MOVES = {
    *[("queued", "reserved"), ("reserved", "signed"), ("reserved", "conflict"), ("signed", "broadcast")],
    *[(old, new) for old in ("signed", "broadcast") for new in ("final_ok", "final_reverted", "conflict")],
    *[("conflict", "final_ok"), ("conflict", "final_reverted")],
}
# What a call may be refused for; anything else is a fault.
REFUSALS = {None, "GS001", "GS010", "GS011", "GS015", "GS090", "GS091", "GS092", "GS094", "23514"}

# What leads on is played more often, or hardly anything would reach an end.
FORWARD = ["pay", "queue", "open", "reserve", "store", "finish"]
OTHERS = [
    "queue payouts",
    "withdraw",
    "note",
    "revert",
    "revert",
    "observe",
    "conflict",
    "clear",
    "resume",
    "fail",
    "retry",
]
acts = st.sampled_from([*FORWARD * 3, *OTHERS])
steps = st.lists(st.tuples(acts, st.integers(0, 2**32)), min_size=50, max_size=90)


class Life:
    """Three workers of a platform, each paid the same, and everybody who moves their money on."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.platform = books.platform("1000")
        self.workers = [rich(books, self.platform, str(EARNED)) for _ in range(WORKERS)]
        self.nonce = 0
        self.calls: dict[str, Callable[[Random], Any]] = {
            "queue payouts": lambda _: books.job("queue_payouts", datetime.now(UTC), 1, 20, timedelta(hours=1), 2),
            "pay": lambda r: books.job("process_payment", r.choice(self.workers), self.platform, self.amount(r)),
            "withdraw": self.withdraw,
            "queue": lambda r: queue(books, batch=r.choice([1, 2, 200]), limit=2),
            "open": lambda _: signer(books, "open_signer", CHAIN, SIGNER, CONTRACT, self.nonce),
            "reserve": lambda r: signer(books, "reserve_settlement", self.settlement(r, "queued"), self.nonce),
            "store": self.store,
            "note": lambda r: signer(books, "note_broadcast", self.hash(r), "ok"),
            "finish": self.finish,
            "revert": self.revert,
            "observe": lambda r: books.job("observe_settlement", self.settlement(r), r.random() < 0.5),
            "conflict": lambda r: books.job("declare_conflict", self.settlement(r), "taken"),
            "clear": lambda r: call(
                books.connection("operator"), "clear_conflict", self.settlement(r), r.choice(["paid", "unpaid"]),
                hash_of(r.getrandbits(64)), 7, BLOCK,
            ),
            "resume": self.resume,
            "fail": lambda r: books.job("fail_payment", self.payout(r), "refused"),
            "retry": lambda r: books.act(self.platform, "retry_payment", self.payout(r)),
        }  # fmt: skip

    def settlement(self, r: Random, *states: str) -> UUID:
        """Mostly one in one of these states, where there is one: or little would get anywhere."""
        rows = self.books.rows("SELECT id, state FROM ops.settlements ORDER BY id")
        fitting = [row for row in rows if row["state"] in states]
        return self.any_of(r, fitting if fitting and r.random() < 0.8 else rows)

    def payout(self, r: Random) -> UUID:
        return self.any_of(r, self.books.rows("SELECT id FROM transactions ORDER BY id"))

    def hash(self, r: Random) -> str:
        """Mostly one that was stored."""
        stored = self.books.rows("SELECT tx_hash AS id FROM ops.settlement_attempts ORDER BY tx_hash")
        return hash_of(r.getrandbits(64)) if not stored or r.random() < 0.2 else str(r.choice(stored)["id"])

    def any_of(self, r: Random, rows: list[Row]) -> UUID:
        return rows[r.randrange(len(rows))]["id"] if rows else UUID(int=0)

    def amount(self, r: Random) -> Decimal:
        return Decimal(r.choice([1, 999_999, 10_000_000, 100_000_007, 200_000_000])).scaleb(-6)

    def withdraw(self, r: Random) -> None:
        with acting(self.books.connection("api"), "worker", worker := r.choice(self.workers)) as connection:
            call(connection, "request_payout", worker, self.platform, r.choice([None, self.amount(r)]), 1)

    def store(self, r: Random) -> None:
        tx_hash = hash_of(r.getrandbits(64))
        signer(
            self.books, "store_attempt", self.settlement(r, "reserved", "signed"), tx_hash, tx_hash.encode(), 1, 20, 1
        )

    def attempts(self) -> list[Row]:
        """A few, of settlements that are open before others."""
        return self.books.rows(
            "SELECT a.settlement_id AS id, a.tx_hash, s.first_payment_no, s.payments FROM ops.settlement_attempts AS a"
            " JOIN ops.settlements AS s ON a.settlement_id = s.id ORDER BY s.state LIKE 'final%%', a.tx_hash LIMIT 3"
        )

    def revert(self, r: Random) -> None:
        """Mostly by a hash of its own."""
        rows = self.attempts()
        if rows and r.random() < 0.8:
            row = r.choice(rows)
            settlement, tx_hash = row["id"], row["tx_hash"]
        else:
            settlement, tx_hash = self.settlement(r), self.hash(r)
        self.books.job("revert_settlement", settlement, tx_hash, 7, BLOCK, 1, 1, "reverted")

    def finish(self, r: Random) -> None:
        """By a hash of its own if it has one; some payees cannot be paid."""
        rows = self.attempts()
        if rows:
            row = r.choice(rows)
            numbers = range(row["first_payment_no"], row["first_payment_no"] + row["payments"])
            failed = [number for number in numbers if r.random() < 0.3]
            self.books.job("finish_settlement", row["id"], row["tx_hash"], 7, BLOCK, 1, 1, failed)

    def resume(self, r: Random) -> None:
        """Perhaps after somebody else has used the key."""
        next_nonce = self.books.value("SELECT coalesce(max(next_nonce), 0) FROM ops.signers")
        nonce = next_nonce + r.choice([0, 0, 1])
        call(self.books.connection("operator"), "resume_signer", CHAIN, SIGNER, nonce)
        self.nonce = nonce

    def play(self, act: str, seed: int) -> None:
        before = self.states()
        refusal = None
        try:
            self.calls[act](Random(seed))
        except psycopg.Error as error:
            refusal = error.sqlstate
        assert refusal in REFUSALS, act
        after = self.states()
        for settlement, (state, nonce, number) in before.items():
            now = after[settlement]
            assert now[0] == state or (state, now[0]) in MOVES, (act, state, now)
            assert nonce in {None, now[1]}
            assert number in {None, now[2]}
        self.conserved()

    def states(self) -> dict[UUID, tuple[str, int | None, int | None]]:
        rows = self.books.rows("SELECT id, state, nonce, first_payment_no FROM ops.settlements")
        return {row["id"]: (row["state"], row["nonce"], row["first_payment_no"]) for row in rows}

    def conserved(self) -> None:
        """A worker's money is available, on its way or paid, and all of it is one of these."""
        paid = Decimal(0)
        for worker in self.workers:
            his = self.books.value(
                "SELECT coalesce(sum(amount), 0) FROM transactions WHERE worker_id = %s AND status = 'completed'",
                worker,
            )
            kinds = ["worker_available", "worker_settling"]
            assert sum((self.books.balance(kind, worker, self.platform) for kind in kinds), his) == EARNED
            paid += his
        assert self.books.balance("custody") == paid - 1000


def test_any_sequence_of_calls(cluster: Cluster) -> None:
    seen: set[str] = set()
    numbers = count()

    @settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(steps)
    def lives(played: list[tuple[str, int]]) -> None:
        name = f"settling_{next(numbers)}"
        cluster.create_database(name, template=TEMPLATE_DATABASE)
        books = Books(lambda role: str(cluster.url(role, name)))
        try:
            life = Life(books)
            for act, seed in played:
                life.play(act, seed)
            assert books.differences() == []
            seen.update(state for state, _, _ in life.states().values())
        finally:
            books.close()
            cluster.drop_database(name)

    lives()
    assert {"final_ok", "final_reverted", "conflict"} <= seen
