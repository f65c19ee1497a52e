"""The database's roles: each with a password of its own, and the pooled URL that its functions are given."""

import re
import secrets
import time
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from cloud.stop import Stop

CONNECT_SECONDS = 15  # a database that sleeps wakes in less
PATIENCE = 30.0  # seconds for a pooler to learn of a new password
PAUSE = 1.0
NEON = re.compile(r"(?P<endpoint>ep-[a-z0-9-]+?)(?P<pooler>-pooler)?(?P<rest>\..+\.neon\.tech)")


def check_direct(url: str) -> None:
    """Stop when it is no URL of Postgres, or leads through the pooler: migrations need a session of their own."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise Stop("DATABASE_URL_DIRECT is no URL such as postgresql://owner:password@host/gigstream?sslmode=require.")
    if (found := NEON.fullmatch(parts.hostname or "")) and found["pooler"]:
        raise Stop("DATABASE_URL_DIRECT leads through the pooler: take the direct URL, without -pooler in the host.")


def pooled(url: str) -> str:
    """The same database through the pooler: with Neon the same host with -pooler in its first name.

    A database that is not Neon's is taken to have no pooler at another address.
    """
    parts = urlsplit(url)
    who, at, address = parts.netloc.rpartition("@")
    return parts._replace(netloc=who + at + NEON.sub(r"\g<endpoint>-pooler\g<rest>", address)).geturl()


def of_role(url: str, role: str, password: str) -> str:
    """The same database for a role."""
    parts = urlsplit(url)
    _, _, address = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{role}:{quote(password, safe='')}@{address}").geturl()


def place(url: str) -> tuple[str | None, int, str]:
    """Which database a URL leads to, whether pooled or not and whoever asks: host, port, name."""
    parts = urlsplit(url)
    host = NEON.sub(r"\g<endpoint>\g<rest>", parts.hostname or "")
    return host or None, parts.port or 5432, parts.path.strip("/")


def opens(url: str, role: str) -> bool:
    """Whether the URL lets somebody in, and as this role. Stop when the database does not even refuse him."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS) as conn:
            row = conn.execute("SELECT current_user").fetchone()
    except psycopg.OperationalError as error:
        if "authentication failed" in str(error):
            return False
        raise Stop(f"The database cannot be reached as {role}: {error}") from None
    return row == (role,)


def give_password(direct: str, role: str) -> str:
    """Give a role a new password: its pooled URL, once that opens. The old password is good for nothing from then on.

    It is sent as it is and not hashed here: Neon takes no other.
    """
    password = secrets.token_urlsafe(32)
    statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
    with psycopg.connect(direct, connect_timeout=CONNECT_SECONDS) as conn:
        conn.execute(statement)
    url = pooled(of_role(direct, role, password))
    deadline = time.monotonic() + PATIENCE
    while not opens(url, role):
        if time.monotonic() > deadline:
            raise Stop(f"The database does not let {role} in by the password that it was just given.")
        time.sleep(PAUSE)
    return url
