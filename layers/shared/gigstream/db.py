"""Postgres through a transaction pooler: one connection an environment, reads in one round trip, writes in at most two.

Between transactions the pooler hands the session to others, so nothing may outlive one: no prepared statements, and
every setting is local to its transaction. BEGIN and COMMIT travel in the pipeline as statements; psycopg's cost trips.
"""

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, LiteralString, TypeVar

import psycopg
from psycopg import Connection, Cursor, Pipeline
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from psycopg.rows import class_row

from gigstream.config import Role, settings
from gigstream.errors import (
    FIELD_OF_CONSTRAINT,
    GigStreamError,
    Invalid,
    RateLimited,
    RequestInProgress,
    TransactionConflict,
    Unavailable,
    by_sqlstate,
)
from gigstream.structs import struct

Result = TypeVar("Result")

IDLE_SECONDS = 30
CONNECT_SECONDS = 10  # a database that sleeps needs some to wake up
ATTEMPTS = 5
RETRY_AFTER = 1
REPLAY = "GS020"


class Query(Generic[Result]):
    """A question as a value: the SQL, its parameters, the class of a row, and what the rows add up to.

    Each request makes half a dozen: a plain class is made eight times as fast as a struct.
    """

    __slots__ = ("collect", "params", "row", "sql")

    def __init__(
        self,
        sql: LiteralString,
        params: Mapping[str, object],
        row: type[Any],
        collect: Callable[[list[Any]], Result],
    ) -> None:
        self.sql, self.params, self.row, self.collect = sql, params, row, collect


class Together(Generic[Result]):
    """Several questions in one round trip, and what their answers make."""

    __slots__ = ("make", "queries")

    def __init__(self, queries: tuple[Query[Any], ...], make: Callable[..., Result]) -> None:
        self.queries, self.make = queries, make


def command(sql: LiteralString, **params: object) -> Query[None]:
    """A statement whose rows, if any, nobody reads."""
    return Query(sql, params, dict, lambda _rows: None)


@struct
class Limit:
    """How many requests the caller may still make: `limit` a minute, `remaining` in the `reset` seconds to come."""

    limit: int
    remaining: int
    reset: int


@dataclass(slots=True)
class Session:
    """Whom the transactions of one request or run are for.

    `count` counts the request in a transaction of its own, once, before anything else, and its answer becomes `limit`.
    `authenticate` raises, or sets the tenant for the transaction that it stands in.
    """

    role: Role
    authenticate: Query[Any] | None = None
    count: Query[Limit] | None = None
    limit: Limit | None = None
    seconds: int = 10


@struct
class Answer:
    """An answer as the idempotency row keeps it; no body when it held a secret."""

    status: int
    body: str | None


@struct
class Claim:
    """A write that happens once: `take` takes the idempotency row, or raises GS020 and `stored` reads what it holds."""

    take: Query[None]
    stored: Query[Answer]
    store: Callable[[Any], Query[None]]


BEGIN = command("BEGIN")
BEGIN_READ_ONLY = command("BEGIN READ ONLY")
COMMIT = command("COMMIT")
ROLLBACK = command("ROLLBACK")

# It would report each statement that a failed pipeline skipped.
logging.getLogger("psycopg").setLevel(logging.ERROR)

# By role, with the wall clock's time of the last use: the monotonic clock may stand still while Lambda freezes us.
_connections: dict[Role, tuple[Connection[Any], float]] = {}


def read(session: Session, query: Query[Result] | Together[Result]) -> Result:
    """Ask, read-only, in one round trip."""
    asked = query if isinstance(query, Together) else Together((query,), lambda answer: answer)

    def attempt(conn: Connection[Any]) -> Result:
        cursors = _open(conn, session, [BEGIN_READ_ONLY, *_setting(session), *asked.queries, COMMIT])
        answers = cursors[-1 - len(asked.queries) : -1]
        return asked.make(*(one.collect(_rows(cursor)) for one, cursor in zip(asked.queries, answers, strict=True)))

    return _retrying(session.role, attempt)


def write(session: Session, query: Query[Result]) -> Result:
    """Change something in one round trip.

    A connection lost while COMMIT is under way is Unavailable like any other; nobody knows whether it took place.
    """

    def attempt(conn: Connection[Any]) -> Result:
        cursors = _open(conn, session, [BEGIN, *_setting(session), query, COMMIT])
        return query.collect(_rows(cursors[-2]))

    return _retrying(session.role, attempt)


def write_once(session: Session, query: Query[Result], claim: Claim) -> Result | Answer:
    """Change something and store the answer with it, in two round trips; or give the Answer that was stored before.

    That is what makes it safe to ask again after Unavailable.
    """

    def attempt(conn: Connection[Any]) -> Result | Answer:
        try:
            cursors = _open(conn, session, [BEGIN, *_setting(session), claim.take, query])
        except psycopg.Error as exc:
            if exc.sqlstate != REPLAY:
                raise
            replay = [ROLLBACK, BEGIN_READ_ONLY, *_setting(session), claim.stored, COMMIT]
            return claim.stored.collect(_rows(_send(conn, replay)[-2]))
        result = query.collect(_rows(cursors[-1]))
        _send(conn, [claim.store(result), COMMIT])
        return result

    return _retrying(session.role, attempt)


def close() -> None:
    """Close what is open; the next read or write connects again."""
    while _connections:
        _connections.popitem()[1][0].close()


def _setting(session: Session) -> list[Query[Any]]:
    """What each transaction begins with."""
    limits = _limits(session.seconds)
    return [limits] if session.authenticate is None else [limits, session.authenticate]


@cache
def _limits(seconds: int) -> Query[None]:
    """A transaction's own limits: the session belongs to the pooler."""
    return command(
        "SELECT set_config('lock_timeout', '3s', TRUE), set_config('statement_timeout', %(limit)s, TRUE)",
        limit=f"{seconds}s",
    )


def _open(conn: Connection[Any], session: Session, queries: Sequence[Query[Any]]) -> list[Cursor[Any]]:
    """The first trip of a transaction; of a request's first transaction, behind the count."""
    if session.count is None or session.limit is not None:
        return _send(conn, queries)
    counted: list[Cursor[Any]] = []
    try:
        return _send(conn, [BEGIN, session.count, COMMIT, *queries], counted)
    finally:
        # The count stands even when what follows it fails, and the caller is told of it then too.
        if len(counted) > 1 and counted[1].rowcount == 1:
            session.limit = session.count.collect(_rows(counted[1]))


def _send(
    conn: Connection[Any], queries: Sequence[Query[Any]], cursors: list[Cursor[Any]] | None = None
) -> list[Cursor[Any]]:
    """All of them in one round trip."""
    cursors = [] if cursors is None else cursors
    with conn.pipeline():
        for query in queries:
            cursor = conn.cursor(row_factory=class_row(query.row))
            cursors.append(cursor)
            cursor.execute(query.sql, query.params or None)
    return cursors


def _end_pipeline(pipeline: Any) -> PQGen[None]:
    """Send a Sync and nothing behind it, and read what comes back.

    psycopg's own way sends a Flush behind the Sync. When the pooler has answered the Sync by then, it takes a session
    for the Flush, which has no answer, and keeps it for us until we speak again: idle functions would hold its whole
    pool.
    """
    try:
        pipeline._enqueue_sync()  # noqa: SLF001
        yield from pipeline._communicate_gen()  # noqa: SLF001
    finally:
        yield from pipeline._fetch_gen(flush=False)  # noqa: SLF001


Pipeline._exit_gen = _end_pipeline  # type: ignore[assignment, method-assign]  # noqa: SLF001


def _rows(cursor: Cursor[Any]) -> list[Any]:
    """What came back; nothing from a statement that has no rows to give."""
    return cursor.fetchall() if cursor.description else []


def _retrying(role: Role, attempt: Callable[[Connection[Any]], Result]) -> Result:
    """Run a whole transaction, again from its start when another one got in its way."""
    for tries in range(1, ATTEMPTS + 1):
        try:
            return _attempted(role, attempt)
        except TransactionConflict:
            if tries == ATTEMPTS:
                raise
            time.sleep(random.uniform(0, 0.02 * 2**tries))  # noqa: S311 - jitter
    raise AssertionError("unreachable")


def _attempted(role: Role, attempt: Callable[[Connection[Any]], Result]) -> Result:
    """Run it once on the role's connection, on which nothing is left open, with our errors for the driver's."""
    try:
        conn = _connection(role)
    except psycopg.Error as exc:
        raise Unavailable(retry_after=RETRY_AFTER) from exc
    try:
        return attempt(conn)
    except psycopg.Error as exc:
        _roll_back(conn)
        raise _translated(exc) from exc
    except Exception:
        _roll_back(conn)
        raise
    except BaseException:
        conn.close()
        raise


def _connection(role: Role) -> Connection[Any]:
    """The environment's connection, made anew when it is not fit for use: nothing was sent yet, so that is safe."""
    conn, used = _connections.get(role, (None, 0.0))
    if conn is None or not _is_fit(conn, idle=time.time() - used):
        if conn is not None:
            conn.close()
        conn = _connect(role)
    _connections[role] = (conn, time.time())
    return conn


def _connect(role: Role) -> Connection[Any]:
    """A new connection. The URL that does not lead to one may have been replaced: then the new one is tried, once.

    libpq tells no SQLSTATE of a connection that failed, so a refused password is not told from a host that is gone.
    """
    url = settings().database_url(role)
    try:
        return _connected(url)
    except psycopg.OperationalError:
        if not settings().renew_secrets() or (anew := settings().database_url(role)) == url:
            raise
    return _connected(anew)


def _connected(url: str) -> Connection[Any]:
    return psycopg.connect(url, autocommit=True, prepare_threshold=None, connect_timeout=CONNECT_SECONDS)


def _is_fit(conn: Connection[Any], idle: float) -> bool:
    if conn.closed or conn.info.transaction_status != TransactionStatus.IDLE:
        return False
    if 0 <= idle < IDLE_SECONDS:
        return True
    try:
        conn.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def _roll_back(conn: Connection[Any]) -> None:
    try:
        conn.rollback()
    except psycopg.Error:
        conn.close()


def _translated(exc: psycopg.Error) -> Exception:
    """Our error for the database's. What nobody foresaw stays as it is and becomes a 500."""
    if exc.sqlstate is None:
        # A bare DatabaseError is libpq's own word for a connection that broke while an answer was awaited.
        if isinstance(exc, psycopg.OperationalError | psycopg.InterfaceError) or type(exc) is psycopg.DatabaseError:
            return Unavailable(retry_after=RETRY_AFTER)
        return Invalid() if isinstance(exc, psycopg.DataError) else exc
    kind = by_sqlstate(exc.sqlstate, exc.diag.constraint_name)
    if kind is GigStreamError:
        return exc
    # Only a sentence of ours is fit to be shown; Postgres's own may hold names and values.
    message = exc.diag.message_primary if exc.sqlstate.startswith("GS") else None
    field = exc.diag.column_name or FIELD_OF_CONSTRAINT.get(exc.diag.constraint_name or "")
    retry_after = None
    if issubclass(kind, RateLimited):
        retry_after = int(exc.diag.message_detail or RETRY_AFTER)
    elif issubclass(kind, Unavailable | RequestInProgress):
        retry_after = RETRY_AFTER
    return kind(message, fields={field: message or str(kind.__doc__)} if field else None, retry_after=retry_after)
