"""`gigstream branch`: the database of a pull request, a branch of Neon's with this checkout's schema."""

import argparse
import os
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cloud import roles
from cloud.neon import Neon
from cloud.stop import Stop
from devstack.migrate import migrate

DAYS = 14
ROLES = ("api", "jobs", "signer", "operator")
ABOUT = f"""\
Make Neon's branch pr-NUMBER, or take the one that is there, migrate it to this checkout in test mode, give its roles
new passwords and write its URLs to a file that only you may read. NEON_API_KEY and NEON_PROJECT_ID say where. A branch
holds what its parent holds: take a parent that has nobody's data. Neon deletes the branch after {DAYS} days."""


def add_to(commands: Any) -> None:
    """Add `branch` to the command line."""
    parser = commands.add_parser("branch", help="a pull request's database: a branch of Neon's", description=ABOUT)
    parser.add_argument("number", type=_number, metavar="NUMBER", help="the pull request's")
    parser.add_argument("--delete", action="store_true", help="delete it instead, with all that is in it")
    parser.add_argument(
        "--parent", metavar="NAME", help="the branch to branch off from; else the project's default one"
    )
    parser.add_argument("--days", type=_days, default=DAYS, help=f"how long it may live: {DAYS}, at most 30")
    parser.add_argument("--env", type=Path, metavar="FILE", help="where the URLs go: .env.pr-NUMBER")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make or delete the branch; Stop says what is wrong."""
    neon = Neon(_setting("NEON_PROJECT_ID"), _setting("NEON_API_KEY"))
    name = f"pr-{arguments.number}"
    file = arguments.env or Path(f".env.{name}")
    branch_id = neon.branch(name)
    if arguments.delete:
        if branch_id:
            neon.delete(branch_id)
        file.unlink(missing_ok=True)
        print(f"{name} is deleted" if branch_id else f"there is no branch {name}")
        return 0
    if branch_id:
        print(f"{name} is there: {branch_id}")
    else:
        branch_id = neon.create(name, arguments.parent, datetime.now(UTC) + timedelta(days=arguments.days))
        print(f"{name} is made: {branch_id}")
    direct = neon.direct_url(branch_id)
    roles.check_direct(direct)
    migrate(direct)
    write(
        file, {"DATABASE_URL_DIRECT": direct, **{_variable(role): roles.give_password(direct, role) for role in ROLES}}
    )
    print(f"migrated; its URLs are in {file}: set -a; . {shlex.quote(str(file.absolute()))}; set +a")
    return 0


def write(file: Path, variables: dict[str, str]) -> None:
    """Variables for a shell to read, in a file that is its owner's alone from the first byte on."""
    file.unlink(missing_ok=True)
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in variables.items()]
    with open(file, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
        opened.writelines([*lines, "GIGSTREAM_MODE=test\n"])


def _variable(role: str) -> str:
    return f"DATABASE_URL_{role.upper()}"


def _setting(name: str) -> str:
    if value := os.environ.get(name):
        return value
    raise Stop(f"{name} is not set: Neon's console has it.")


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is no number of a pull request")
    return int(text)


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 30:
        raise argparse.ArgumentTypeError("1 to 30")
    return int(text)
