"""A real PgBouncer in transaction mode before a cluster, as Neon puts one before Postgres."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from devstack.postgres import Cluster

PGBOUNCER = shutil.which("pgbouncer")
ROLES = ("api", "jobs", "signer", "operator")
CONFIG = """\
[databases]
{routes}
[pgbouncer]
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 500
query_wait_timeout = 20
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = any
unix_socket_dir =
logfile = {folder}/log
pidfile = {folder}/pid
"""


class Pooler:
    """One PgBouncer; `url(role)` leads through it. `stop` and `start` are an outage."""

    def __init__(self, cluster: Cluster, database: str, folder: Path, size: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        # `auth_type = any` signs everybody in as one forced user, so each role has a database of its own name.
        routes = "\n".join(
            f"{role} = host={cluster.socket} port={cluster.port} dbname={database} user={role}" for role in ROLES
        )
        self._settings = folder / "pgbouncer.ini"
        self._settings.write_text(CONFIG.format(routes=routes, size=size, port=self.port, folder=folder))
        if os.geteuid() == 0:  # it refuses to be root, as Postgres does
            for part in (folder, *folder.parents[:-2]):
                part.chmod(part.stat().st_mode | 0o055)
            shutil.chown(folder, "nobody")
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, role: str) -> str:
        return f"postgresql://{role}@127.0.0.1:{self.port}/{role}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [PGBOUNCER or "pgbouncer", "-q", self._settings],
            user="nobody" if os.geteuid() == 0 else None,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(100):
            try:
                return psycopg.connect(self.url("api")).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise RuntimeError("pgbouncer did not start")

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()


@contextmanager
def pooling(cluster: Cluster, database: str, folder: Path, size: int = 8) -> Iterator[Pooler]:
    """A pooler with `size` connections a role to Postgres."""
    pooler = Pooler(cluster, database, folder, size)
    pooler.start()
    try:
        yield pooler
    finally:
        pooler.stop()
