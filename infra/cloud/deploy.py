"""`gigstream deploy`: a checkout becomes a stage's release, step by step, each of which may be repeated.

The order is such that a stop between any two steps leaves the stage running as it was: the schema serves the release
before it as well, and a secret is only added to.
"""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from cloud import git, jobs, parameters, releases, roles, sam
from cloud.parameters import Chosen
from cloud.person import Person, out
from cloud.smoke import smoke
from cloud.stack import SETTLED, Stack, aws, stage
from cloud.stop import Stop
from cloud.store import Store
from devstack.migrate import SCHEMA, migrate
from devstack.postgres import CHECKOUT
from devstack.template import Template

DIRECT = "DATABASE_URL_DIRECT"
ABOUT = f"""\
Bring this checkout's commit to the stage: stack gigstream-STAGE, in the account and region of the environment, and
the database of {DIRECT}. It looks first, asks before it changes anything, and stops at the first thing that is wrong,
with a sentence; it may be run again at any time. The stage's parameters are kept by its stack, its secrets in Secrets
Manager; {DIRECT} is used here and kept nowhere."""


@dataclass
class Deployment:
    """What the steps have found out so far."""

    stack: Stack
    person: Person
    given: dict[str, str]
    commit: str = ""
    direct: str = ""
    chosen: Chosen = field(default_factory=lambda: Chosen({}, {}))

    def tools(self) -> Iterator[str]:
        """Tools, account, commit."""
        yield sam.version()
        self.commit = git.head()
        yield f"commit {self.commit}"
        yield f"account {self.stack.caller['Account']}, region {self.stack.region}, as {self.stack.caller['Arn']}"
        found = self.stack.described()
        if found and found["StackStatus"] not in SETTLED:
            raise Stop(f"The stack {self.stack.name} is in {found['StackStatus']}: {_advice(found['StackStatus'])}")
        yield f"stack {self.stack.name}: {found['StackStatus'] if found else 'new'}"

    def parameters(self) -> Iterator[str]:
        """Parameters."""
        declared = Template().document["Parameters"]
        given = {**self.given, **({"Release": self.commit} if "Release" in declared else {})}
        self.chosen = parameters.choose(declared, self.stack.parameters(), given, self.person)
        for name, value in self.chosen.values.items():
            yield f"{name} = {value}" + (" (new)" if name in self.chosen.said else "")
        where = f"{self.stack.name} in {self.stack.caller['Account']}, {self.stack.region}"
        self.person.agree(f"Deploy {self.commit[:12]} to {where}?")

    def database(self) -> Iterator[str]:
        """Migrations, on the direct URL."""
        self.direct = os.environ.get(DIRECT) or self.person.secret(DIRECT, "set it in the environment")
        roles.check_direct(self.direct)
        Store(self.stack).check_database(self.direct)
        files = {path.name.partition("_")[0]: path.name for path in (SCHEMA / "migrations").glob("*.sql")}
        applied = _applied(self.direct)
        if foreign := sorted(applied - set(files)):
            raise Stop(f"The database has migration {foreign[0]}, which this commit does not know: take a later one.")
        pending = [files[number] for number in sorted(set(files) - applied)]
        yield f"{len(applied)} migrations are applied, to come: {', '.join(pending) or 'none'}"
        if pending:
            self.person.agree(f"Apply {len(pending)} to {_shown(self.direct)}?")
        releases.note(self.stack, self.commit, "migrated")
        migrate(self.direct, self.chosen.values["Mode"])
        yield f"{_shown(self.direct)} has this commit's schema, in mode {self.chosen.values['Mode']}"

    def secrets(self) -> Iterator[str]:
        """Secrets, and the roles' passwords."""
        yield from Store(self.stack).fill(self.direct, self.chosen.values["SettlementRail"], self.person)
        yield "every class of functions has what it needs"

    def release(self) -> Iterator[str]:
        """Build and deploy."""
        sam.build(CHECKOUT, self.chosen.values["Architecture"])
        sam.deploy(CHECKOUT, self.stack, self.chosen.said)
        releases.note(self.stack, self.commit, "deployed")
        yield f"stack {self.stack.name}: {self.stack.deployed()['StackStatus']}"

    def smoke(self) -> Iterator[str]:
        """Smoke test."""
        yield from tried(self.stack, CHECKOUT, self.commit)


def tried(stack: Stack, release: Path, commit: str) -> Iterator[str]:
    """Ask what was deployed, run its jobs, and note that it passed."""
    try:
        yield from smoke(stack.url(), release, stack.parameters())
        yield from jobs.run_each(stack, release)
    except Stop as stop:
        raise Stop(
            f"{stop}\n{commit[:12]} runs, and has not passed: gigstream rollback --stage {stack.stage}"
        ) from None
    releases.note(stack, commit, "passed")


def add_to(commands: Any) -> None:
    """Add `deploy` to the command line."""
    parser = commands.add_parser("deploy", help="bring this commit to a stage in AWS", description=ABOUT)
    parser.add_argument("--stage", required=True, type=stage, help="such as trial or live")
    parser.add_argument("--yes", action="store_true", help="agree to everything")
    parser.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="of template.yaml; the stack keeps it"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """All steps; Stop says what is wrong."""
    with aws():
        deployment = Deployment(
            Stack(arguments.stage), Person(yes=arguments.yes), parameters.pairs(arguments.parameter)
        )
        steps = ["tools", "parameters", "database", "secrets", "release", "smoke"]
        for number, name in enumerate(steps, 1):
            step = getattr(deployment, name)
            out.print(f"{number}/{len(steps)} {step.__doc__.rstrip('.')}")
            for line in step():
                out.print(f"    {line}")
        out.print(f"\n{deployment.commit[:12]} is released.")
        for name, value in deployment.stack.outputs().items():
            out.print(f"    {name} = {value}")
        out.print(f"gigstream status --stage {arguments.stage} says how it is, gigstream rollback takes it back.")
    return 0


def _applied(direct: str) -> set[str]:
    """The numbers of the migrations that a database has."""
    try:
        with psycopg.connect(direct, connect_timeout=roles.CONNECT_SECONDS) as conn:
            return {number for (number,) in conn.execute("SELECT version FROM ops.schema_migrations")}
    except psycopg.errors.UndefinedTable:
        return set()
    except psycopg.OperationalError as error:
        raise Stop(f"{_shown(direct)} does not let the owner in: {error}") from None


def _shown(url: str) -> str:
    """Which database, without the secret of it."""
    host, _, name = roles.place(url)
    return f"{name} on {host}"


def _advice(status: str) -> str:
    if status == "ROLLBACK_COMPLETE":
        return "it was never made; delete it (aws cloudformation delete-stack), then come again."
    return "wait until it is settled, or see in CloudFormation why it is not."
