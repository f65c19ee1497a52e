"""What stands round every request: count, caller, timeouts, and nothing left behind in the session."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
import pytest

from gigstream import db
from gigstream.errors import RateLimited, Unauthenticated
from gigstream.queries import requests
from gigstream.queries.base import Query, command, one, optional

Connect = Callable[[str], psycopg.Connection]


@dataclass(frozen=True, slots=True)
class Settings:
    tenant: UUID | None
    kind: str | None
    ip: str | None
    lock_timeout: str
    statement_timeout: str


def settings() -> Query[Settings]:
    return one(
        Settings,
        """
        SELECT
            ops.tenant() AS tenant, ops.tenant_kind() AS kind, current_setting('gigstream.ip') AS ip,
            current_setting('lock_timeout') AS lock_timeout, current_setting('statement_timeout') AS statement_timeout
        """,
    )


def register_platform(*values: object) -> Query[None]:
    names = ("name", "email", "webhook_url", "wallet", "prefix", "key_hash", "scopes")
    return command(
        """
        SELECT register_platform(
            %(name)s, %(email)s, %(webhook_url)s, %(wallet)s::ops.wallet_proof, %(prefix)s, %(key_hash)s, %(scopes)s
        )
        """,
        **dict(zip(names, values, strict=True)),
    )


def remaining(session: db.Session) -> int | None:
    return session.limit.remaining if session.limit else None


@pytest.fixture
def session(environment: pytest.MonkeyPatch) -> db.Session:
    return db.Session("api", authenticate=requests.act_as_nobody("192.0.2.7", "curl"), seconds=7)


def test_settings_last_for_one_transaction(session: db.Session) -> None:
    assert db.read(session, settings()) == Settings(None, None, "192.0.2.7", "3s", "7s")
    assert db.read(db.Session("api"), settings()) == Settings(None, None, "", "3s", "10s")


def test_a_read_cannot_write(session: db.Session) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        db.read(session, optional(dict, "SELECT ops.audit('x', 'x', NULL)"))


def test_a_request_is_counted_once(session: db.Session) -> None:
    session.count = requests.count("somebody", 3)
    for _ in range(4):
        db.read(session, settings())
    limit = session.limit
    assert limit == db.Limit(3, 2, limit.reset if limit else 0)
    assert 1 <= limit.reset <= 60


def test_the_count_survives_a_failure(session: db.Session) -> None:
    session.authenticate = requests.authenticate_worker(uuid4(), uuid4(), None, None)
    left = []
    for _ in range(2):
        session.count, session.limit = requests.count("somebody", 2), None
        with pytest.raises(Unauthenticated):
            db.read(session, settings())
        left.append(remaining(session))
    assert left == [1, 0]


def test_beyond_the_limit_nothing_is_done(session: db.Session, connect: Connect) -> None:
    def register(number: int) -> None:
        session.count, session.limit = requests.count("somebody", 2), None
        email, key_hash = f"{number}@example.com", bytes([number]) * 32
        db.write(session, register_platform("Name", email, None, None, "gs_test_x", key_hash, []))

    register(1)
    register(2)
    with pytest.raises(RateLimited) as refused:
        register(3)
    assert refused.value.retry_after is not None
    assert 1 <= refused.value.retry_after <= 60
    assert connect("auditor").execute("SELECT count(*) FROM platforms").fetchone() == (2,)


def test_another_caller_has_a_count_of_his_own(session: db.Session) -> None:
    for caller in ("one", "other"):
        session.count, session.limit = requests.count(caller, 1), None
        db.read(session, settings())
        assert remaining(session) == 0
