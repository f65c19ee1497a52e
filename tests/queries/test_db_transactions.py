"""What db does when Postgres is busy, gone, or says no."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import pytest

from gigstream import db
from gigstream.errors import (
    GigStreamError,
    InsufficientFunds,
    Invalid,
    NotFound,
    RequestInProgress,
    TransactionConflict,
    Unavailable,
)
from gigstream.queries import requests
from gigstream.queries.base import Query, command, many, one

Connect = Callable[[str], psycopg.Connection]


@dataclass(frozen=True, slots=True)
class Number:
    number: int


BACKEND = one(Number, "SELECT pg_backend_pid() AS number")
RUNS = one(Number, "SELECT count(*)::integer AS number FROM ops.job_runs")
RECORD = command(
    "INSERT INTO ops.job_runs (job, as_of, started_at) VALUES ('test', clock_timestamp(), clock_timestamp())"
)


def raising(sqlstate: str) -> Query[None]:
    """A statement that fails with this SQLSTATE and blames a column."""
    block = f"DO $$ BEGIN RAISE 'a sentence' USING ERRCODE = '{sqlstate}', COLUMN = 'amount'; END; $$"
    return command(block)


@pytest.fixture
def session(environment: pytest.MonkeyPatch) -> db.Session:
    return db.Session("jobs")


@pytest.fixture
def other(connect: Callable[[str], psycopg.Connection]) -> psycopg.Connection:
    """A second connection of the same role."""
    return connect("jobs")


@pytest.fixture
def sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long db slept between its tries; it does not in fact sleep."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


def is_left_open(other: psycopg.Connection) -> bool:
    """Whether a transaction is."""
    seen = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    return other.execute(seen).rowcount > 0


def kill(other: psycopg.Connection, backend: int) -> None:
    """End a backend and wait until it is gone."""
    other.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def test_one_connection_serves_all(session: db.Session) -> None:
    assert db.read(session, BACKEND) == db.read(session, BACKEND)


def test_no_row_where_one_is_needed_is_not_found(session: db.Session) -> None:
    with pytest.raises(NotFound):
        db.read(session, one(Number, "SELECT 1 AS number WHERE FALSE"))


def test_rows_come_as_their_class(session: db.Session) -> None:
    numbers = many(Number, "SELECT generate_series(1, 3) AS number")
    assert db.read(session, numbers) == [Number(1), Number(2), Number(3)]


def test_a_conflict_is_tried_again_as_a_whole(
    session: db.Session, other: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: other.execute(RECORD.sql))
    until_two_runs = command(
        """
        DO $$
        BEGIN
            INSERT INTO ops.job_runs (job, as_of, started_at) VALUES ('mine', clock_timestamp(), clock_timestamp());
            IF (SELECT count(*) FROM ops.job_runs WHERE job = 'test') < 2 THEN
                RAISE 'again' USING ERRCODE = '40001';
            END IF;
        END;
        $$
        """
    )
    db.write(session, until_two_runs)
    assert db.read(session, RUNS) == Number(3)  # two of the other's and one of ours: a failed try leaves nothing


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_a_conflict_without_end_is_unavailable(
    session: db.Session, other: psycopg.Connection, sleeps: list[float], sqlstate: str
) -> None:
    with pytest.raises(TransactionConflict) as refused:
        db.write(session, raising(sqlstate))
    assert (refused.value.status, refused.value.retry_after) == (503, 1)
    assert len(sleeps) == db.ATTEMPTS - 1
    assert not is_left_open(other)


@pytest.mark.parametrize(
    ("sqlstate", "error", "retry_after"),
    [
        ("55P03", RequestInProgress, 1),
        ("57014", Unavailable, 1),
        ("57P01", Unavailable, 1),
        ("08006", Unavailable, 1),
        ("53300", Unavailable, 1),
        ("GS001", NotFound, None),
        ("GS010", InsufficientFunds, None),
        ("GS015", Invalid, None),
        ("22P02", Invalid, None),
    ],
)
def test_a_refusal_is_ours_and_final(
    session: db.Session,
    other: psycopg.Connection,
    sleeps: list[float],
    sqlstate: str,
    error: type[GigStreamError],
    retry_after: int | None,
) -> None:
    with pytest.raises(error) as refused:
        db.write(session, raising(sqlstate))
    assert type(refused.value) is error
    assert refused.value.retry_after == retry_after
    assert not sleeps
    assert not is_left_open(other)


@pytest.mark.parametrize(("sqlstate", "shown"), [("GS015", "a sentence"), ("22P02", Invalid.__doc__)])
def test_only_our_own_sentences_are_shown(session: db.Session, sqlstate: str, shown: str) -> None:
    with pytest.raises(Invalid) as refused:
        db.write(session, raising(sqlstate))
    assert refused.value.fields == {"amount": shown}
    assert str(refused.value) == shown


def test_a_failure_that_nobody_foresaw_stays_as_it_is(session: db.Session, other: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        db.read(session, one(Number, "SELECT 1 AS number FROM nowhere"))
    assert not is_left_open(other)


def test_a_lock_is_waited_for_three_seconds(
    environment: pytest.MonkeyPatch, connect: Callable[[str], psycopg.Connection]
) -> None:
    rival, claim = connect("api"), requests.claim("POST /v1/tasks", "key", bytes(32))
    rival.execute("BEGIN")
    rival.execute("SELECT ops.act_as(NULL, NULL, '192.0.2.7', NULL)")
    rival.execute(claim.sql, claim.params)
    started = time.monotonic()
    with pytest.raises(RequestInProgress):
        db.write(db.Session("api", authenticate=requests.act_as_nobody("192.0.2.7", None)), claim)
    assert 2.5 < time.monotonic() - started < 6


def test_a_statement_has_an_end(session: db.Session) -> None:
    session.seconds = 1
    with pytest.raises(Unavailable):
        db.read(session, command("SELECT pg_sleep(5)"))


def test_a_connection_that_died_idle_is_replaced(
    session: db.Session, other: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill(other, db.read(session, BACKEND).number)
    monkeypatch.setattr(db, "IDLE_SECONDS", 0)
    db.write(session, RECORD)
    assert db.read(session, RUNS) == Number(1)


def test_a_connection_that_dies_at_work_is_unavailable_once(session: db.Session, other: psycopg.Connection) -> None:
    kill(other, db.read(session, BACKEND).number)
    with pytest.raises(Unavailable) as refused:
        db.write(session, RECORD)
    assert refused.value.retry_after == 1
    db.write(session, RECORD)
    assert db.read(session, RUNS) == Number(1)


def test_an_interrupted_transaction_is_not_gone_on_with(session: db.Session) -> None:
    def interrupt(rows: list[object]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        db.write(session, Query(RECORD.sql, {}, dict, interrupt))
    db.write(session, RECORD)
    assert db.read(session, RUNS) == Number(2)


def test_a_database_that_is_down_is_unavailable(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL_JOBS", "postgresql://jobs@127.0.0.1:1/nowhere")
    with pytest.raises(Unavailable) as refused:
        db.read(db.Session("jobs"), BACKEND)
    assert refused.value.retry_after == 1
