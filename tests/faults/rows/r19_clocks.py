"""R19: clocks that run ten minutes ahead or behind, or jump back an hour, and long waits for a lock.

Guards: the database's clock decides, and is read after the wait. A release for the event's time or the function's clock
pays early; a pause dated by now() after a wait lies before money that has gone out; a clock that jumps back takes back.
"""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch
from uuid import UUID

import psycopg
from tests.books import Row
from tests.faults.board import Arena, Outcome, row
from tests.faults.serving import called

from devstack import scheduler
from gigstream import clock
from gigstream.rules.accrual import accrued

STREAMS = 20
MINUTES_OFF = [-60, -10, -1, 0, 1, 10]
WAIT_SECONDS = 1.2
# What a platform does to a stream, and the column that says when.
MOMENTS = {"pause": "paused_at", "top_up": "anchor_time", "cancel": "cancelled_at"}
NOT_NOW = {"GS011", "GS015"}  # the wrong state for it, or no time left


class Shift:
    """A worker's streams, looked at after each event: what is paid only grows, and never beyond what is earned."""

    def __init__(self, arena: Arena, chance: random.Random, outcome: Outcome) -> None:
        self.books, self.chance, self.outcome = arena.books, chance, outcome
        self.platform = self.books.platform("1000000")
        self.worker = self.books.worker(self.platform)
        self.paid: dict[UUID, Decimal] = {}

    def staff(self) -> None:
        """Always as many streams that are not over."""
        (open_ones,) = self.books.rows("SELECT count(*) AS n FROM streams WHERE status IN ('active', 'paused')")
        for _ in range(STREAMS - open_ones["n"]):
            self.books.stream(
                self.platform, self.worker, f"{self.chance.randint(1, 9999)}.{self.chance.randint(0, 999_999):06}",
                ago=self.chance.randint(0, 7200), seconds=7200 + self.chance.randint(60, 7200),
            )  # fmt: skip

    def look(self, event: str) -> None:
        for stream in self.books.rows("SELECT *, clock_timestamp() AS now FROM streams"):
            before = self.paid.get(stream["id"], Decimal(0))
            paid = self.paid[stream["id"]] = stream["released_amount"]
            until = stream["paused_at"] or stream["cancelled_at"] or stream["now"]
            earned = accrued(
                stream["total_amount"], stream["anchor_amount"], stream["anchor_time"], stream["end_time"], until
            )
            if not before <= paid <= max(before, earned):
                self.outcome.violations.append(f"{event}: {before} was paid, now it is {paid} of {earned} earned")

    def tick(self) -> int:
        """An event of another time meets a function with another clock; what it sees as due."""
        sent, told = (datetime.now(UTC) + timedelta(minutes=self.chance.choice(MINUTES_OFF)) for _ in range(2))
        with patch.object(clock, "now", lambda: told):
            due: int = scheduler.call("ReleaseStreams", sent)["due"]
        return due

    def act(self, act: str, stream: UUID) -> Row | None:
        """None when the stream is in no state for it."""
        amount = [Decimal("1.234567")] if act == "top_up" else []
        try:
            return self.books.act(self.platform, f"{act}_stream", stream, *amount)
        except psycopg.Error as error:
            if error.sqlstate not in NOT_NOW:
                self.outcome.violations.append(f"{act}: {error}")
            return None

    def wait(self, act: str, stream: UUID) -> Row | None:
        """The act begins while a tick holds the stream, who pays it at the end of a long transaction."""
        rival = self.books.connection("jobs")
        with ThreadPoolExecutor(1) as pool:
            with rival.transaction():
                rival.execute("SELECT FROM streams WHERE id = %s FOR NO KEY UPDATE", [stream])
                acting = pool.submit(self.act, act, stream)
                time.sleep(WAIT_SECONDS)
                rival.execute("SELECT release_streams(ARRAY[%s], clock_timestamp())", [stream])
                (freed,) = rival.execute("SELECT date_trunc('second', clock_timestamp()) AS at").fetchall()
            done = acting.result()
        if done and done[MOMENTS[act]] < freed["at"]:
            self.outcome.violations.append(f"{act} after a wait is of {done[MOMENTS[act]]}, before {freed['at']}")
        return done

    def set_back(self, stream: UUID) -> None:
        """As if the database's clock had jumped back an hour."""
        self.books.pass_time(stream, -3600)


@row(19, "event and function clocks +-10 min, backward 1 h, long lock waits", full=600, short=40)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome(cases=cases)
    shift = Shift(arena, chance, outcome)
    with called(arena):
        for _ in range(cases):
            shift.staff()
            (event,) = chance.choices(["tick", "act", "set back", "wait"], [12, 6, 2, 1])
            open_ones = "SELECT id FROM streams WHERE status = ANY(%s) ORDER BY id"
            states = ["active"] if event == "wait" else ["active", "paused"]
            stream = chance.choice(arena.books.rows(open_ones, states))["id"]
            act = chance.choice([*MOMENTS, "resume"] if event == "act" else [*MOMENTS])
            if event == "tick":
                outcome.accepted += shift.tick() > 0
            elif event == "set back":
                shift.set_back(stream)
            else:
                outcome.accepted += (shift.act if event == "act" else shift.wait)(act, stream) is not None
            shift.look(f"{event} {act}" if event in ("act", "wait") else event)
            if chance.random() < 0.3:
                arena.books.pass_time(stream, chance.randint(0, 600))
    return outcome
