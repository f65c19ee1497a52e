"""Databases to measure on: migrated, as durable as a real one, filled in bulk with the triggers asleep."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import LiteralString
from uuid import UUID

import psycopg

from devstack import migrate
from devstack.postgres import Cluster, scratch

EMPTY = "empty"
_numbers = count()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server with fsync on, and in it the migrated database EMPTY to copy."""
    with scratch("-bench", hasty=False) as cluster:
        cluster.create_database(EMPTY)
        migrate.migrate(cluster.url("owner", EMPTY))
        yield cluster


def copy(cluster: Cluster) -> str:
    """The name of a new database, a copy of EMPTY."""
    name = f"bench_{next(_numbers)}"
    cluster.create_database(name, template=EMPTY)
    return name


def fill(
    cluster: Cluster, name: str, statements: Sequence[LiteralString], values: Mapping[str, object] | None = None
) -> None:
    """Run statements as superuser, with triggers and foreign keys asleep; then the table's statistics are true."""
    with cluster.superuser(name) as conn:
        conn.execute("SET session_replication_role = replica")
        for statement in statements:
            conn.execute(statement, values)
        conn.execute("VACUUM (ANALYZE, FREEZE)")
        conn.execute("CHECKPOINT")


def connect(cluster: Cluster, name: str, role: str) -> psycopg.Connection:
    """As a role of the service, in autocommit."""
    return psycopg.connect(cluster.url(role, name), autocommit=True)


def sign_in(conn: psycopg.Connection, kind: str, tenant: UUID) -> None:
    """The session speaks for a tenant: 'platform' or 'worker'."""
    conn.execute(
        "SELECT set_config('gigstream.tenant_kind', %s, false), set_config('gigstream.tenant', %s, false)",
        [kind, str(tenant)],
    )
