"""Bring a database to the schema of this checkout, load the seed, dump the schema.

Tables move by numbered migrations, which dbmate applies once. Functions, views, triggers and rights are files that are
run again each time, in one transaction.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import psycopg
from psycopg import sql

from devstack.postgres import CHECKOUT, programs

SCHEMA = CHECKOUT / "schema"
SEED = CHECKOUT / "seed"
DBMATE = Path(sys.executable).with_name("dbmate")
LOCK = 7_474_836  # any number that nobody else takes
# Files that are run again, in this order; within one pattern by name.
RERUN = [
    "functions/ops/*.sql",
    "functions/ledger/*.sql",
    "functions/public/*.sql",
    "views/*.sql",
    "triggers/*.sql",
    "roles.sql",
]


class MigrationError(Exception):
    """A file of the schema was refused; the message says where and why."""


def migrate(url: str, mode: str = "test") -> None:
    """Apply new migrations, then run the other files again; `url` is unpooled and of the role `owner`.

    In `mode` test, and only there, the API gets the right to make up deposits. Repeating it changes nothing; two at
    once take turns. Raises MigrationError.
    """
    with psycopg.connect(url) as conn:
        conn.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _dbmate(url)
        # A function may name a view that a later file makes.
        conn.execute("SET LOCAL check_function_bodies = off")
        conn.execute("SELECT set_config('gigstream.mode', %s, TRUE)", [mode])
        conn.execute("SET LOCAL client_min_messages = warning")
        # CREATE OR REPLACE cannot drop or move a view's columns.
        if views := [sql.Identifier(path.stem) for path in sorted(SCHEMA.glob("views/*.sql"))]:
            conn.execute(sql.SQL("DROP VIEW IF EXISTS {}").format(sql.SQL(", ").join(views)))
        _run(conn, [path for pattern in RERUN for path in sorted(SCHEMA.glob(pattern))])


def seed(url: str) -> None:
    """Run the files of seed/ in one transaction; repeating it changes nothing. Raises MigrationError."""
    with psycopg.connect(url) as conn:
        _run(conn, sorted(SEED.glob("*.sql")))


def dump(url: str) -> str:
    """The schema as SQL text that depends on the schema alone: no owners, versions or random marks."""
    command: list[str | Path] = [programs() / "pg_dump", "--schema-only", "--no-owner", "--restrict-key=gigstream", url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    kept = [
        line for line in text.splitlines() if not re.match(r"(-- Dumped (from|by) )|(\\(un)?restrict )|(--$)", line)
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip() + "\n"


def _dbmate(url: str) -> None:
    # public holds the domain's tables only.
    options = ["--no-dump-schema", "--migrations-table", "ops.schema_migrations"]
    environment = {**os.environ, "DATABASE_URL": _dbmate_url(url)}
    with tempfile.TemporaryDirectory() as folder:
        # dbmate insists on a way back; ours go forward only, so the way back that it gets to see is empty.
        for path in SCHEMA.glob("migrations/*.sql"):
            Path(folder, path.name).write_text(path.read_text() + "\n-- migrate:down\n")
        command: list[str | Path] = [DBMATE, *options, "--migrations-dir", folder, "migrate", "--strict"]
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MigrationError(done.stdout + done.stderr)


def _dbmate_url(url: str) -> str:
    """The same URL in dbmate's words: libpq's `host=/folder` is its `socket`; that there is no TLS has to be said."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if "host" in query:
        query = {**query, "socket": query.pop("host")}
    return parts._replace(query=urlencode({"sslmode": "disable" if "socket" in query else "prefer", **query})).geturl()


def _run(conn: psycopg.Connection, files: list[Path]) -> None:
    for path in files:
        text = path.read_text()
        try:
            conn.execute(text.encode())
        except psycopg.Error as error:
            position = int(error.diag.statement_position or 1)
            line = text.count("\n", 0, position - 1) + 1
            raise MigrationError(f"{path.relative_to(SCHEMA.parent)}:{line}: {error}") from error
