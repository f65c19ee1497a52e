"""Platforms, workers and their money for the tests: each act is a transaction of its own, under its proper role."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, LiteralString, TypeVar
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

Row = dict[str, Any]
Item = TypeVar("Item")
Money = Decimal | int  # USDC, compared with whole numbers too
Connection = psycopg.Connection[Row]


@contextmanager
def refused(sqlstate: str, constraint: str | None = None, *, column: str | None = None) -> Iterator[None]:
    """What is inside fails with this SQLSTATE; by this constraint or for this column, if one is named."""
    with pytest.raises(psycopg.Error) as error:
        yield
    assert error.value.sqlstate == sqlstate, error.value
    assert constraint in {None, error.value.diag.constraint_name}
    assert column in {None, error.value.diag.column_name}


@contextmanager
def acting(connection: Connection, kind: str, tenant: UUID) -> Iterator[Connection]:
    """One transaction, signed in as a tenant: 'platform' or 'worker'."""
    with connection.transaction():
        connection.execute(
            "SELECT set_config('gigstream.tenant_kind', %s, true), set_config('gigstream.tenant', %s, true)",
            [kind, str(tenant)],
        )
        yield connection


def call(connection: Connection, function: str, *values: object, **named: object) -> Row:
    """The one row of a function of the schema; the names of its parameters go without their p_."""
    notation: list[sql.Composable] = [sql.Placeholder()] * len(values)
    notation += [sql.SQL("{} => {}").format(sql.Identifier("p_" + name), sql.Placeholder()) for name in named]
    statement = sql.SQL("SELECT * FROM {}({})").format(
        sql.Identifier(*function.split(".")), sql.SQL(", ").join(notation)
    )
    row = connection.execute(statement, [*values, *named.values()]).fetchone()
    assert row is not None
    return row


def batches(items: list[Item], size: int = 100) -> Iterator[list[Item]]:
    """Parts to commit one by one: a transaction that changes one row a thousand times wades through its versions."""
    for first in range(0, len(items), size):
        yield items[first : first + size]


class Books:
    """One database, with a connection for each role, opened when it is first needed."""

    def __init__(self, url: Callable[[str], str]) -> None:
        self.url = url
        self._connections: dict[str, Connection] = {}

    def connection(self, role: str) -> Connection:
        if role not in self._connections:
            self._connections[role] = psycopg.connect(self.url(role), autocommit=True, row_factory=dict_row)
        return self._connections[role]

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def rows(self, query: LiteralString, *values: object, role: str = "jobs") -> list[Row]:
        return self.connection(role).execute(query, values).fetchall()

    def row(self, query: LiteralString, *values: object, role: str = "jobs") -> Row:
        (row,) = self.rows(query, *values, role=role)
        return row

    def value(self, query: LiteralString, *values: object, role: str = "jobs") -> Any:
        (value,) = self.row(query, *values, role=role).values()
        return value

    def plant(self, statement: LiteralString, *values: object, mute: str | None = None) -> None:
        """What no role of the service may do: open a history, damage a figure. `mute` is a table whose rules sleep."""
        owner = self.connection("owner")
        with owner.transaction():
            if mute:
                owner.execute(f"ALTER TABLE {mute} DISABLE TRIGGER USER")
            owner.execute(statement, values)
            if mute:
                owner.execute(f"ALTER TABLE {mute} ENABLE TRIGGER USER")

    def platform(self, funds: str = "1000") -> UUID:
        """A platform with funds, USDC."""
        platform = uuid4()
        self.plant(
            "INSERT INTO platforms (id, name, contact_email) VALUES (%s, 'P', %s)", platform, f"{platform}@p.example"
        )
        if Decimal(funds):
            self.act(platform, "deposit", Decimal(funds))
        return platform

    def worker(self, *platforms: UUID) -> UUID:
        """A worker who is a member of platforms."""
        worker = uuid4()
        self.plant(
            "INSERT INTO workers (id, name, email, password_hash) VALUES (%s, 'W', %s, '')",
            worker,
            f"{worker}@w.example",
        )
        for platform in platforms:
            self.plant("INSERT INTO ops.memberships (platform_id, worker_id) VALUES (%s, %s)", platform, worker)
        return worker

    def act(self, platform: UUID, function: str, *values: object, **named: object) -> Row:
        """A platform calls a function as the API does."""
        with acting(self.connection("api"), "platform", platform) as connection:
            return call(connection, function, *values, **named)

    def job(self, function: str, *values: object, **named: object) -> Row:
        return call(self.connection("jobs"), function, *values, **named)

    def task(self, platform: UUID, worker: UUID, amount: str = "10", task_type: str = "fixed") -> UUID:
        """A pending task, its price held."""
        task: UUID = self.act(platform, "create_task", worker, task_type, Decimal(amount), "a task")["id"]
        return task

    def draft(self, platform: UUID, worker: UUID, amount: str = "10", task_type: str = "fixed") -> UUID:
        """A pending task without a hold, as an operator writes it."""
        (draft,) = self.drafts(platform, [worker], amount, task_type)
        return draft

    def drafts(self, platform: UUID, workers: list[UUID], amount: str = "10", task_type: str = "fixed") -> list[UUID]:
        """A draft for each of the workers, in one statement."""
        rows = self.rows(
            "INSERT INTO tasks (platform_id, worker_id, task_type, amount, title)"
            " SELECT %s, w, %s, %s, 'a draft' FROM unnest(%s) AS w RETURNING id",
            platform, task_type, Decimal(amount), workers, role="operator",
        )  # fmt: skip
        return [row["id"] for row in rows]

    def operate(self, statement: str, *values: object) -> int:
        """The operator changes rows; how many."""
        return self.connection("operator").execute(statement, values).rowcount

    @contextmanager
    def measured(self, table: str, role: str = "operator") -> Iterator[Row]:
        """What the statements inside, a transaction of their role, do in a table.

        Rows `read` and `updated`, and of these the ones that are updated `in_place`, without a new entry in any index.
        """
        cost: Row = {}

        def counts() -> Row:
            return self.row(
                """
                SELECT
                    seq_tup_read + coalesce(idx_tup_fetch, 0) AS read, n_tup_upd AS updated, n_tup_hot_upd AS in_place
                FROM pg_stat_xact_user_tables WHERE relid = %s::regclass
                """,
                table, role=role,
            )  # fmt: skip

        with self.connection(role).transaction():
            before = counts()  # earlier transactions of the session may not be booked yet
            yield cost
            cost |= {name: count - before[name] for name, count in counts().items()}

    def completed(self, platform: UUID, worker: UUID, amount: str = "10", rating: int | None = None) -> UUID:
        """A fixed task, started, completed and paid."""
        task = self.task(platform, worker, amount)
        self.act(platform, "start_task", task)
        self.act(platform, "complete_task", task, rating=rating)
        return task

    def stream(
        self, platform: UUID, worker: UUID, amount: str = "36", *, ago: int = 0, seconds: int = 3600, interval: int = 60
    ) -> UUID:
        """A stream that started so many seconds ago and runs for so many seconds in all."""
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=ago)
        task = self.task(platform, worker, amount, "streaming")
        stream: UUID = self.act(
            platform, "create_stream", task,
            end_time=start + timedelta(seconds=seconds), start_time=start, release_interval=interval,
        )["id"]  # fmt: skip
        return stream

    def streams(
        self, platform: UUID, worker: UUID, start: datetime, terms: list[tuple[Decimal, int]], interval: int = 60
    ) -> list[UUID]:
        """Many streams at once, written as sets and not through create_stream.

        The terms are (total, seconds); the ids come in their order.
        """
        totals, seconds = map(list, zip(*terms, strict=True))
        call(self.connection("operator"), "ledger.account", "platform_held", platform, platform)
        call(self.connection("operator"), "ledger.account", "worker_available", worker, platform)
        tasks = self.rows(
            """
            INSERT INTO tasks (platform_id, worker_id, task_type, amount, status, title, started_at)
            SELECT %s, %s, 'streaming', t.amount, 'active', 'a stream', %s
            FROM unnest(%s::numeric []) WITH ORDINALITY AS t (amount, n) ORDER BY t.n
            RETURNING id
            """,
            platform, worker, start, totals, role="operator",
        )  # fmt: skip
        ids = [task["id"] for task in tasks]
        streams = self.rows(
            """
            INSERT INTO streams (
                task_id, start_time, anchor_time, end_time, total_amount, release_interval, next_release_at
            )
            SELECT
                t.id, o.start, o.start, e.end, t.amount, o.interval,
                next_release(o.start, e.end, o.interval, o.start)
            FROM (SELECT %s::timestamptz AS start, %s AS interval) AS o
            CROSS JOIN unnest(%s::uuid [], %s::numeric [], %s::integer []) WITH ORDINALITY AS t (id, amount, seconds, n)
            CROSS JOIN LATERAL (SELECT o.start + t.seconds * interval '1 second' AS end) AS e
            ORDER BY t.n
            RETURNING id
            """,
            start, interval, ids, totals, seconds, role="operator",
        )  # fmt: skip
        self.rows(
            """
            INSERT INTO ledger.transfers (debit_account, credit_account, amount, reason, task_id, event_at)
            SELECT a.id, h.id, t.amount, 'hold', t.id, t.started_at
            FROM tasks AS t
            INNER JOIN ledger.accounts AS a ON t.platform_id = a.owner_id AND a.kind = 'platform_available'
            INNER JOIN ledger.accounts AS h ON t.platform_id = h.owner_id AND h.kind = 'platform_held'
            WHERE t.id = ANY(%s)
            RETURNING id
            """,
            ids, role="operator",
        )  # fmt: skip
        return [stream["id"] for stream in streams]

    def pass_time(self, stream: UUID, seconds: int) -> None:
        """As if so many seconds had passed for a stream: all its times move back."""
        self.plant(
            """
            UPDATE streams SET
                start_time = start_time - n, anchor_time = anchor_time - n, end_time = end_time - n,
                next_release_at = next_release_at - n, paused_at = paused_at - n
            FROM (SELECT %s * interval '1 second' AS n) AS t
            WHERE id = %s
            """,
            seconds, stream,
        )  # fmt: skip

    def release(self, as_of: datetime | None = None, limit: int = 1000) -> Row:
        """A tick: at a moment, or by the database's clock."""
        return self.job("release_due", as_of or datetime.max.replace(tzinfo=UTC), limit)

    def balance(self, kind: str, owner: UUID | None = None, platform: UUID | None = None) -> Decimal:
        """What an account holds, USDC; 0 when it was never opened."""
        found: Decimal = self.value(
            """
            SELECT coalesce(sum(balance), 0) FROM ledger.accounts
            WHERE kind = %s AND owner_id IS NOT DISTINCT FROM %s AND platform_id IS NOT DISTINCT FROM %s
            """,
            kind, owner, platform,
        )  # fmt: skip
        return found

    def funds(self, platform: UUID) -> tuple[Money, Money]:
        """What a platform has available, and what is held for its tasks, USDC."""
        return self.balance("platform_available", platform, platform), self.balance("platform_held", platform, platform)

    def differences(self) -> list[Row]:
        """The stored figures that a recount does not confirm."""
        return self.rows("SELECT * FROM ops.check_invariants()")


@pytest.fixture
def books(url: Callable[[str], str]) -> Iterator[Books]:
    books = Books(url)
    yield books
    books.close()
