"""Random acts of eight writers at once leave every stored figure equal to its recount."""

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb
from tests.books import Books, acting, call

WRITERS = 8
SECONDS = 20
# Two transactions that met are run again; what a rule forbids at that moment is an answer, not a fault.
DEADLOCK = "40P01"
AGAIN = {DEADLOCK, "40001"}
FORBIDDEN = {"GS001", "GS011", "GS012", "GS015", "GS050", "GS053", "GS060", "GS070", "23001", "23503", "23514"}


class Writer:
    """One client: its own connections, its own random choices."""

    def __init__(self, url: Callable[[str], str], platforms: list[UUID], workers: list[UUID], seed: str) -> None:
        self.books = Books(url)
        self.platforms = platforms
        self.workers = workers
        self.random = random.Random(seed)
        self.accepted: Counter[str] = Counter()
        self.repeated: Counter[str] = Counter()
        self.acts = [getattr(self, name) for name in dir(Writer) if name.startswith("act_")]

    def run(self, until: float) -> "Writer":
        with closing(self.books):
            while time.monotonic() < until:
                act = self.random.choice(self.acts)
                self.insist(act.__name__.removeprefix("act_"), act)
        return self

    def insist(self, name: str, act: Callable[[], object]) -> None:
        while True:
            try:
                self.accepted[name] += bool(act())
            except psycopg.Error as error:
                if error.sqlstate in AGAIN:
                    self.repeated[error.sqlstate] += 1
                    continue
                if error.sqlstate not in FORBIDDEN:
                    raise
            return

    def amount(self) -> Decimal:
        return Decimal(self.random.randint(1, 20_000_000)) / 1_000_000

    def some(self, query: str) -> tuple[UUID, UUID] | None:
        """(platform, id) of a row that a query over tasks or streams finds, taken at random."""
        rows = self.books.rows(f"SELECT platform_id, id FROM {query} ORDER BY random() LIMIT 1")
        return (rows[0]["platform_id"], rows[0]["id"]) if rows else None

    def on(self, query: str, function: str, **named: object) -> bool:
        """A platform calls a function on one of its rows."""
        if found := self.some(query):
            self.books.act(found[0], function, found[1], **named)
        return found is not None

    def act_create(self) -> bool:
        self.books.act(
            self.random.choice(self.platforms), "create_task", self.random.choice(self.workers),
            self.random.choice(["fixed", "streaming"]), self.amount(), "a task",
        )  # fmt: skip
        return True

    def act_start(self) -> bool:
        return self.on("tasks WHERE status = 'pending' AND task_type = 'fixed'", "start_task")

    def act_complete(self) -> bool:
        return self.on("tasks WHERE status = 'active'", "complete_task", rating=self.random.choice([None, 1, 3, 5]))

    def act_rate(self) -> bool:
        return self.on("tasks WHERE status = 'completed'", "rate_task", rating=self.random.randint(1, 5))

    def act_dispute(self) -> bool:
        """One of the two parties, over a task or a stream."""
        by = self.random.choice(["platform", "worker"])
        found = self.books.rows(
            f"SELECT id, {by}_id AS tenant FROM tasks WHERE status IN ('pending', 'active') ORDER BY random() LIMIT 1"
        )
        if found and self.random.random() < 0.5:
            with acting(self.books.connection("api"), by, found[0]["tenant"]) as api:
                call(api, "dispute_task", found[0]["id"], "why")
            return True
        return False

    def act_resolve(self) -> bool:
        found = self.some("tasks WHERE status = 'disputed'")
        if found:
            share = self.random.choice([0, 3333, 10_000])
            call(self.books.connection("operator"), "resolve_dispute", found[1], share)
        return found is not None

    def act_appeal(self) -> bool:
        found = self.books.rows(
            "SELECT worker_id, id FROM reputation_events WHERE new_score < previous_score ORDER BY random() LIMIT 1"
        )
        if not found:
            return False
        try:
            with acting(self.books.connection("api"), "worker", found[0]["worker_id"]) as api:
                call(api, "appeal_event", found[0]["id"], "why")
        except psycopg.errors.UniqueViolation as error:
            if error.diag.constraint_name != "appeals_event_key":  # it is appealed already; a double payment is a fault
                raise
            return False
        return True

    def act_decide(self) -> bool:
        found = self.books.rows("SELECT id FROM ops.appeals WHERE status = 'open' ORDER BY random() LIMIT 1")
        if found:
            call(self.books.connection("operator"), "decide_appeal", found[0]["id"], self.random.random() < 0.5)
        return bool(found)

    def act_cancel(self) -> bool:
        return self.on("tasks WHERE status IN ('pending', 'active')", "cancel_task")

    def act_stream(self) -> bool:
        start = datetime.now(UTC) - timedelta(seconds=self.random.randint(0, 120))
        return self.on(
            "tasks WHERE status = 'pending' AND task_type = 'streaming'", "create_stream",
            start_time=start, end_time=start + timedelta(seconds=self.random.randint(60, 180)), release_interval=60,
        )  # fmt: skip

    def act_pause(self) -> bool:
        return self.on("streams WHERE status = 'active'", "pause_stream")

    def act_resume(self) -> bool:
        return self.on("streams WHERE status = 'paused'", "resume_stream")

    def act_top_up(self) -> bool:
        return self.on("streams WHERE status IN ('active', 'paused')", "top_up_stream", amount=self.amount())

    def act_cancel_stream(self) -> bool:
        return self.random.random() < 0.3 and self.on("streams WHERE status IN ('active', 'paused')", "cancel_stream")

    def act_release(self) -> bool:
        return bool(self.books.release(limit=5)["released"])

    def act_release_on_request(self) -> bool:
        """By a worker, or by his platform."""
        by = self.random.choice(["platform", "worker"])
        found = self.books.rows(
            f"SELECT id, {by}_id AS tenant FROM streams WHERE status = 'active' ORDER BY random() LIMIT 1"
        )
        if found:
            with acting(self.books.connection("api"), by, found[0]["tenant"]) as api:
                call(api, "release_stream", found[0]["id"])
        return bool(found)

    def act_lend(self) -> bool:
        """A worker takes an advance on what has accrued."""
        platform, worker = self.random.choice(self.platforms), self.random.choice(self.workers)
        try:
            with acting(self.books.connection("api"), "worker", worker) as api:
                quote = call(api, "quote_advance", platform, "earned", Decimal("0.01"))["id"]
            with acting(self.books.connection("api"), "worker", worker) as api:
                call(api, "accept_advance", quote)
        except psycopg.errors.UniqueViolation as error:
            if error.diag.constraint_name != "loans_open_key":
                raise
            return False
        return True

    def act_pay_back(self) -> bool:
        found = self.books.rows(
            "SELECT worker_id, id FROM loans WHERE status IN ('disbursed', 'repaying') ORDER BY random() LIMIT 1"
        )
        if found:
            with acting(self.books.connection("api"), "worker", found[0]["worker_id"]) as api:
                call(api, "repay_advance", found[0]["id"], self.random.choice([None, Decimal("0.001")]))
        return bool(found)

    def act_batch(self) -> bool:
        tasks = [
            {"worker_id": str(worker), "task_type": "fixed", "amount": "0.5", "title": "a task", "metadata": {}}
            for worker in self.random.sample(self.workers, 2)
        ]
        self.books.act(self.random.choice(self.platforms), "create_tasks", Jsonb(tasks))
        return True

    def act_listen(self) -> bool:
        """A platform wants to be told, or no longer."""
        found = self.some("ops.webhook_endpoints")
        if found and self.random.random() < 0.5:
            return self.on("ops.webhook_endpoints", "delete_webhook_endpoint")
        url = "https://hooks.example.com"
        self.books.act(self.random.choice(self.platforms), "create_webhook_endpoint", url, ["*"], None)
        return True

    def act_deposit(self) -> bool:
        self.books.act(self.random.choice(self.platforms), "deposit", self.amount())
        return True

    def act_pay_out(self) -> bool:
        self.books.job(
            "process_payment", self.random.choice(self.workers), self.random.choice(self.platforms), self.amount() / 10
        )
        return True

    def act_settle(self) -> bool:
        found = self.some("transactions WHERE status = 'pending'")
        if found:
            self.books.job("complete_payment", found[1], f"0x{self.random.getrandbits(256):064x}", 1)
        return found is not None

    def act_age(self) -> bool:
        return bool(self.books.job("update_account_ages", datetime.now(UTC), UUID(int=0), 100)["seen"])

    def act_bulk_insert(self) -> int:
        return self.books.operate(
            """
            INSERT INTO tasks (platform_id, worker_id, task_type, amount, title)
            SELECT p, w, k, 0.5, 'a draft'
            FROM unnest(%s) AS p, unnest(%s) AS w, unnest('{fixed, streaming}'::text []) AS k
            WHERE random() < 0.3
            """,
            self.platforms, self.workers,
        )  # fmt: skip

    def act_bulk_update(self) -> int:
        return self.books.operate(
            """
            UPDATE tasks SET rating = 1 + (random() * 4)::integer
            WHERE id IN (
                SELECT id FROM tasks WHERE status = 'completed' AND random() < 0.1 ORDER BY id FOR NO KEY UPDATE
            )
            """
        )

    def act_reassign_drafts(self) -> int:
        return self.books.operate(
            f"UPDATE tasks SET worker_id = %s WHERE id IN ({self.drafts})", self.random.choice(self.workers)
        )

    def act_delete_drafts(self) -> int:
        return self.books.operate(f"DELETE FROM tasks WHERE id IN ({self.drafts})")

    drafts = """
        SELECT t.id FROM tasks AS t
        WHERE t.status = 'pending' AND NOT EXISTS (SELECT FROM ledger.transfers AS x WHERE x.task_id = t.id)
        ORDER BY t.id LIMIT 5 FOR UPDATE
    """


def test_every_figure_is_right_after_eight_writers_at_once(books: Books, url: Callable[[str], str]) -> None:
    seed = random.randrange(10**9)
    print("seed", seed)
    platforms = [books.platform("200") for _ in range(3)]
    workers = [books.worker(*platforms) for _ in range(6)]
    call(books.connection("operator"), "fund_pool", 1000)
    until = time.monotonic() + SECONDS

    with ThreadPoolExecutor(WRITERS) as pool:
        futures = [
            pool.submit(Writer(url, platforms, workers, f"{seed}-{number}").run, until) for number in range(WRITERS)
        ]
        writers = [future.result() for future in futures]

    accepted = sum((writer.accepted for writer in writers), Counter[str]())
    repeated = sum((writer.repeated for writer in writers), Counter[str]())
    print("accepted", accepted, "repeated", repeated)
    assert books.differences() == []
    assert repeated[DEADLOCK] == 0
    assert {act.__name__.removeprefix("act_") for act in writers[0].acts} == set(accepted)
