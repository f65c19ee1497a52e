"""Random streams, in the database and in a model in whole seconds and micro-USDC."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from tests.books import Books, acting, batches

ROUNDS = 6
# An act by the clock is only tried on a stream that runs for longer than the whole test.
AHEAD = 300


@dataclass
class Model:
    """A stream as domain.md has it; times are seconds of the epoch."""

    total: int
    start: int
    end: int
    interval: int
    anchor: int = 0
    anchor_amount: int = 0
    released: int = 0
    refunded: int = 0
    releases: int = 0
    status: str = "active"
    due: int = 0
    paused_at: int = 0
    disputed: bool = False

    def __post_init__(self) -> None:
        self.set_anchor(self.start)

    def set_anchor(self, at: int) -> None:
        self.anchor, self.anchor_amount, self.due = at, self.released, self.next_after(at, anchor=at)

    def next_after(self, at: int, anchor: int) -> int:
        return min(self.end, anchor + ((at - anchor) // self.interval + 1) * self.interval)

    def accrued(self, at: int) -> int:
        elapsed = max(0, min(at, self.end) - self.anchor)
        return self.anchor_amount + (self.total - self.anchor_amount) * elapsed // (self.end - self.anchor)

    def release(self, at: int) -> None:
        if self.status != "active":
            return
        amount = max(0, self.accrued(at) - self.released)
        self.released += amount
        self.releases += amount > 0
        self.due = max(self.due, self.next_after(max(at, self.anchor), self.anchor))
        if self.released == self.total:
            self.status = "completed"

    def tick(self, at: int) -> None:
        if self.due <= at:
            self.release(at)

    def pause(self, at: int) -> None:
        self.release(at)
        self.status, self.paused_at = "paused", at

    def resume(self, at: int) -> None:
        self.end += at - self.paused_at
        self.status = "active"
        self.set_anchor(at)

    def top_up(self, amount: int, at: int) -> None:
        self.release(at)
        self.total += amount
        self.set_anchor(at)

    def cancel(self, at: int) -> None:
        self.release(at)
        self.status, self.refunded = "cancelled", self.total - self.released

    def resolve(self, basis_points: int) -> None:
        self.disputed = True
        share = (self.total - self.released) * basis_points // 10_000
        self.released += share
        self.releases += share > 0
        self.refunded = self.total - self.released
        self.status = "cancelled" if self.refunded else "completed"

    def pass_time(self, seconds: int) -> None:
        self.start, self.end, self.anchor = self.start - seconds, self.end - seconds, self.anchor - seconds
        self.due, self.paused_at = self.due - seconds, self.paused_at - seconds


def epoch(moment: datetime) -> int:
    return int(moment.timestamp())


def micro(amount: Decimal) -> int:
    return int(amount * 10**6)


class Simulation:
    """The same streams in the database and in the model. Time is made to pass by moving a stream's times back."""

    def __init__(self, books: Books, chance: random.Random, streams: int) -> None:
        self.books = books
        self.chance = chance
        self.violations: list[str] = []
        self.platform = books.platform("100000000")
        self.now = datetime.now(UTC).replace(microsecond=0)
        terms = [
            (Decimal(int(10 ** self.chance.uniform(0, 9.5))) / 10**6, self.chance.randint(60, 12_000))
            for _ in range(streams)
        ]
        ids = books.streams(self.platform, books.worker(self.platform), self.now, terms, interval=90)
        books.plant("ANALYZE")  # as autovacuum would have by then: without figures Postgres reads whole tables
        start = epoch(self.now)
        self.models = {
            stream: Model(micro(total), start, start + seconds, 90)
            for stream, (total, seconds) in zip(ids, terms, strict=True)
        }  # fmt: skip

    def pass_time(self, most: int) -> None:
        """For each stream its own number of seconds."""
        seconds = {stream: self.chance.randint(0, most) for stream in self.models}
        self.books.plant(
            """
            UPDATE streams AS s SET
                start_time = start_time - n, anchor_time = anchor_time - n, end_time = end_time - n,
                next_release_at = next_release_at - n, paused_at = paused_at - n
            FROM (SELECT id, n * interval '1 second' AS n FROM unnest(%s::uuid [], %s::integer []) AS t (id, n)) AS t
            WHERE s.id = t.id
            """,
            list(seconds), list(seconds.values()),
        )  # fmt: skip
        for stream, n in seconds.items():
            self.models[stream].pass_time(n)

    def tick(self, late: int) -> None:
        at = self.now - timedelta(seconds=late)
        self.books.release(at, limit=len(self.models))
        for model in self.models.values():
            model.tick(epoch(at))

    def choose(self, statuses: set[str], part: float) -> list[UUID]:
        ahead = epoch(self.now) + AHEAD
        return [
            stream for stream, model in self.models.items()
            if model.status in statuses and model.end > ahead and self.chance.random() < part
        ]  # fmt: skip

    def act(self, ids: list[UUID], function: str, moment: str) -> dict[UUID, int]:
        """The platform calls a function on each; when each call was, which the row tells in its column `moment`."""
        before = epoch(datetime.now(UTC))
        rows = []
        for some in batches(ids):
            with acting(self.books.connection("api"), "platform", self.platform) as connection:
                rows += connection.execute(
                    f"SELECT s.id, s.{moment} AS at FROM unnest(%s::uuid []) AS t (id), LATERAL {function} AS s",
                    [some],
                ).fetchall()
        moments = {row["id"]: epoch(row["at"]) for row in rows}
        assert all(before <= at <= epoch(datetime.now(UTC)) for at in moments.values())
        return moments

    def pause(self) -> None:
        for stream, at in self.act(self.choose({"active"}, 0.04), "pause_stream(t.id)", "paused_at").items():
            self.models[stream].pause(at)

    def resume(self, part: float = 0.5) -> None:
        paused = [
            stream for stream, model in self.models.items()
            if model.status == "paused" and self.chance.random() < part
        ]  # fmt: skip
        for stream, at in self.act(paused, "resume_stream(t.id)", "anchor_time").items():
            self.models[stream].resume(at)

    def top_up(self) -> None:
        for stream, at in self.act(
            self.choose({"active"}, 0.03), "top_up_stream(t.id, 1.234567)", "anchor_time"
        ).items():
            self.models[stream].top_up(1_234_567, at)

    def cancel(self) -> None:
        for stream, at in self.act(
            self.choose({"active", "paused"}, 0.02), "cancel_stream(t.id)", "cancelled_at"
        ).items():
            self.models[stream].cancel(at)

    def release(self) -> None:
        """On request: the row tells what was released and not when, so it is the second that explains it."""
        before = epoch(datetime.now(UTC))
        for some in batches(self.choose({"active"}, 0.03)):
            with acting(self.books.connection("api"), "platform", self.platform) as connection:
                rows = connection.execute(
                    "SELECT s.* FROM unnest(%s::uuid []) AS t (id), LATERAL release_stream(t.id) AS s", [some]
                ).fetchall()
            seconds = range(before, epoch(datetime.now(UTC)) + 1)
            for row in rows:
                model, released = self.models[row["id"]], micro(row["released_amount"])
                at = next((at for at in seconds if max(model.released, model.accrued(at)) == released), before)
                model.release(at)

    def dispute(self) -> None:
        """Over as soon as it was filed; some streams were paused before."""
        ids = self.choose({"active", "paused"}, 0.02)
        with acting(self.books.connection("api"), "platform", self.platform) as connection:
            connection.execute("SELECT dispute_task(task_id, 'why') FROM streams WHERE id = ANY(%s)", [ids])
        for row in self.books.rows("SELECT id, task_id, paused_at FROM streams WHERE id = ANY(%s)", ids):
            model, share = self.models[row["id"]], self.chance.choice([0, 3333, 9999, 10_000])
            if model.status == "active":
                model.pause(epoch(row["paused_at"]))
            self.books.rows("SELECT resolve_dispute(%s, %s)", row["task_id"], share, role="operator")
            model.resolve(share)

    def check(self) -> None:
        rows = self.books.rows(
            "SELECT id, released_amount, remaining_amount, release_seq, status, stream_accrued("
            "total_amount, anchor_amount, anchor_time, end_time, clock_timestamp()) AS earned FROM streams"
        )
        for row in rows:
            model = self.models[row["id"]]
            stored = (micro(row["released_amount"]), micro(row["remaining_amount"]), row["release_seq"], row["status"])
            right = (model.released, model.total - model.released, model.releases, model.status)
            if stored != right:
                self.violations.append(f"{model}: stored {stored}, right {right}")
            if row["released_amount"] > row["earned"] and not model.disputed:
                self.violations.append(f"{model}: {row['released_amount']} is paid of {row['earned']} earned")
        if len(rows) != len(self.models):
            self.violations.append(f"{len(self.models)} streams were opened, {len(rows)} are there")

    def run(self) -> Counter[str]:
        """The whole life of all streams; how many ended in which state. What is wrong is in `violations`."""
        for _ in range(ROUNDS):
            self.pass_time(most=2_000)
            self.tick(late=self.chance.randint(0, 120))
            self.pause()
            self.resume()
            self.top_up()
            self.cancel()
            self.release()
            self.dispute()
            self.tick(late=0)
            self.check()
        self.resume(part=1)
        for _ in range(8):
            self.pass_time(most=12_000)
        self.tick(late=0)
        self.check()
        moved = self.books.row(
            """
            SELECT
                (SELECT sum(total_amount) FROM streams) AS total,
                sum(amount) FILTER (WHERE reason = 'release') AS released,
                sum(amount) FILTER (WHERE reason = 'refund') AS refunded
            FROM ledger.transfers
            """
        )
        if moved["released"] + moved["refunded"] != moved["total"]:
            self.violations.append(f"what was released and refunded is not the total: {moved}")
        return Counter(model.status for model in self.models.values())
