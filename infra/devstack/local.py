"""The local installation: a cluster, a database for `make dev`, one for `make demo`, and what functions are told."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql

from devstack import chain, downloads
from devstack.migrate import migrate, seed
from devstack.postgres import Cluster, turn
from devstack.template import Template

CLUSTER = "local"
DATABASE = "gigstream"
# Of no worth elsewhere; fixed, because tokens and keys in a database outlive the process that made them.
SECRETS = {
    "JWT_SECRET": "signs tokens of the local stack only",
    "API_KEY_PEPPER": "hashes keys of the local stack only",
    "WEBHOOK_ENCRYPTION_KEY": "webhook secrets of the local stack only",
}
ROLES = ("api", "jobs", "signer", "operator")
APP_URI = "http://localhost:3000"
RECEIVERS = "localhost:8443"  # where webhooks go on one's own machine


@contextmanager
def database(name: str = DATABASE) -> Iterator[Cluster]:
    """The local server, running, with a migrated and seeded database of this name, made at its first use."""
    with Cluster(CLUSTER).running() as cluster:
        with turn(name):
            if not cluster.has_database(name):
                _make(cluster, name)
        yield cluster


@contextmanager
def fresh_database(name: str) -> Iterator[Cluster]:
    """Like `database`, but made anew and for one process at a time; afterwards it stays, to be looked at."""
    with Cluster(CLUSTER).running() as cluster, turn(name):
        cluster.drop_database(name)
        _make(cluster, name)
        yield cluster


def environment(cluster: Cluster, name: str) -> dict[str, str]:
    """The variables that template.yaml gives its functions, what is in their secrets, and the operator's.

    All for a database of a local cluster.
    """
    return {
        **Template(parameters={"AppUri": APP_URI, "ArcContract": chain.CONTRACT}).environment,
        **SECRETS,
        **{f"DATABASE_URL_{role.upper()}": cluster.url(role, name) for role in ROLES},
        "DUE_PARAMETERS": "",  # jobs never sleep here
        "WEBHOOK_ALLOWED_TARGETS": os.environ.get("WEBHOOK_ALLOWED_TARGETS", RECEIVERS),
        "AUDIT_ANCHOR_FILE": str(cluster.folder / f"{name}.anchors"),
        "REPORT_FOLDER": str(cluster.folder / f"{name}.files"),
        "REPORT_URL": f"http://127.0.0.1:3000{downloads.PATH}",
    }


def chain_file(cluster: Cluster, name: str) -> Path:
    """Where the chain lies on which a database's payouts are settled. Each is worth nothing without the other."""
    return cluster.folder / f"{name}.chain"


def _make(cluster: Cluster, name: str) -> None:
    """Under a name of its own until it is whole: an interrupted start leaves no half-made database."""
    chain.discard(chain_file(cluster, name))
    draft = f"{name}_draft"
    cluster.drop_database(draft)
    cluster.create_database(draft)
    migrate(cluster.url("owner", draft))
    seed(cluster.url("owner", draft))
    with cluster.superuser() as conn:
        conn.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(name)))
