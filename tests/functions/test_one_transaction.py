"""A call of a route leaves what the route table declares, all of it in one transaction, or nothing at all."""

import ast
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from tests.books import Books
from tests.conftest import Api
from tests.ready import CHANGING, KEYED, ready
from tests.world import RULES, World

from devstack.postgres import CHECKOUT

Version = tuple[str, str, str]  # of a row: its table, the transaction that wrote it, its place

KINDS = {
    "public.audit_logs": "audit",
    "ops.audit_waiting": "audit",
    "ops.outbox": "outbox",
    "ledger.accounts": "ledger",
    "ledger.transfers": "ledger",
    "ops.idempotency_keys": "key",
}
# A request is counted, and its key's use noted, in a transaction of its own, whatever becomes of it.
APART = {"ops.rate_limits", "ops.api_key_uses"}
# Where the parts of a write fail, when they do; the answer is stored last of all.
BREAKS = {
    "audit": "INSERT ON audit_logs",
    "outbox": "INSERT ON ops.outbox",
    "ledger": "INSERT ON ledger.transfers",
    "key": "UPDATE ON ops.idempotency_keys",
}
DONE = {200, 201, 202, 204}
CLIENTS = {"http", "urllib", "socket", "ssl", "smtplib", "httpx", "requests", "boto3", "botocore", "web3"}


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is called but the database, whose driver has sockets of its own: no transaction waits for a stranger."""

    def refuse(*_: object) -> None:
        raise AssertionError("a network call")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)


@pytest.fixture
def world(api: Api, connect: Callable[[str], psycopg.Connection]) -> World:
    return World(api, connect)


def versions(books: Books) -> set[Version]:
    """Every row of the database, as owner, who alone sees keys and sessions."""
    owner = books.connection("owner")
    tables = owner.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'ledger', 'ops')"
    )
    each = [
        sql.SQL("SELECT {} AS name, xmin::text, ctid::text FROM {}").format(".".join(name), sql.Identifier(*name))
        for name in ((row["schemaname"], row["tablename"]) for row in tables)
        if ".".join(name) not in APART
    ]
    return {(row["name"], row["xmin"], row["ctid"]) for row in owner.execute(sql.SQL(" UNION ALL ").join(each))}


@contextmanager
def broken(books: Books, part: str) -> Iterator[None]:
    """One part of each write fails."""
    owner = books.connection("owner")
    owner.execute(
        "CREATE FUNCTION ops.broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;"
        f"CREATE TRIGGER broken AFTER {BREAKS[part]} FOR EACH ROW EXECUTE FUNCTION ops.broken()"
    )
    yield
    owner.execute("DROP FUNCTION ops.broken CASCADE")


@pytest.mark.parametrize("name", CHANGING)
def test_what_is_declared_is_written_in_one_transaction(world: World, books: Books, name: str) -> None:
    act = ready(world, books, name)
    before = versions(books)

    answer = act.send(world.api)

    after = versions(books)
    assert answer.status in DONE, answer.body
    kinds = {KINDS.get(table, "state") for table, _, _ in before ^ after}
    assert kinds == act.rule.writes | ({"key"} if name in KEYED else set())
    transactions = sorted({int(transaction) for _, transaction, _ in after - before})
    if name == "POST /v1/tasks/batch":
        # A subtransaction for each of three items, numbered behind the one that they belong to.
        (noted,) = {
            int(row["xid"])
            for row in books.rows(
                "SELECT w.xid::text AS xid FROM ops.audit_waiting AS w WHERE w.xid::text::bigint >= %s", transactions[0]
            )
        }
        assert (noted, transactions[-1] - noted) == (transactions[0], 3)
    else:
        assert len(transactions) == 1


@pytest.mark.parametrize("name", CHANGING)
def test_nothing_is_left_when_a_part_fails(world: World, books: Books, name: str) -> None:
    act = ready(world, books, name)
    before = versions(books)

    for part in BREAKS:
        if part in act.rule.writes or (part == "key" and name in KEYED):
            with broken(books, part):
                answer = act.send(world.api)
            assert (answer.status, answer.json["code"]) == (500, "internal_error"), part
            assert versions(books) == before, part

    assert act.send(world.api).status in DONE, "it was not what was planted that failed"


@pytest.mark.parametrize("name", KEYED)
def test_a_replay_writes_nothing(world: World, books: Books, name: str) -> None:
    act = ready(world, books, name)
    first = act.send(world.api)
    before = versions(books)

    again = act.send(world.api)

    assert again.body == first.body or again.json["code"] == "already_created"
    assert versions(books) == before


def test_what_declares_no_writes_makes_none(world: World, books: Books) -> None:
    before = versions(books)
    for name in RULES.keys() - CHANGING.keys():
        assert world.send(RULES[name]).status == 200, name
    assert versions(books) == before


def test_what_runs_transactions_knows_no_client_but_the_database(api: Api) -> None:
    layer = CHECKOUT / "layers/shared/gigstream"
    for path in [layer / "db.py", *layer.glob("queries/*.py"), *layer.glob("rules/*.py")]:
        nodes = list(ast.walk(ast.parse(path.read_text())))
        known = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        known |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
        assert not {name.partition(".")[0] for name in known} & CLIENTS, path
