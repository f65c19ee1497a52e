"""gigstream: the local stack, and the deployed ones, from the command line."""

import argparse
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cloud import branch, rollback, status
from cloud import deploy as release
from cloud.stop import Stop
from devstack import audit, chain, contracts, demo, deploy, local, migrate, operator, scheduler
from devstack.gateway import invoke
from devstack.postgres import programs, scratch
from devstack.server import serving
from devstack.template import Template

out = Console()


def main() -> int:
    """Run one command; 0 when it went well."""
    parser = argparse.ArgumentParser(prog="gigstream", description="GigStream on this machine.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(
        name: str, run: Callable[[argparse.Namespace], int], about: str, *, add_help: bool = True
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about, add_help=add_help)
        added.set_defaults(run=run)
        return added

    command("demo", run_demo, "play the main job over HTTP in a database of its own, and stop")
    dev = command("dev", run_dev, "serve the API with the schedules ticking, until interrupted")
    dev.add_argument("--host", default="127.0.0.1")
    dev.add_argument("--port", type=int, default=3000)
    command("migrate", run_migrate, "bring a database to this checkout's schema: DATABASE_URL_DIRECT, or the local one")
    command("seed", run_seed, "load seed/ into DATABASE_URL_DIRECT, or into the local database")
    one = command("invoke", run_invoke, "call one function or job in the local database and print what it returns")
    one.add_argument("function", help="a logical id of template.yaml, such as ReleaseStreams")
    one.add_argument("--event", type=Path, metavar="FILE", help="JSON; a job needs none and is called for this minute")
    command("psql", run_psql, "psql on the local database, as owner; whatever follows goes to psql", add_help=False)
    command("routes", run_routes, "every endpoint and job, and who may call it")
    command("schema-dump", run_schema_dump, "write schema/schema.sql anew")
    spec = command("openapi", run_openapi, "print the API's document, made from the code")
    spec.add_argument(
        "--write", action="store_true", help="write it, and the page /docs, where the functions serve them"
    )
    operator.add_to(commands)
    audit.add_to(commands)
    contracts.add_to(commands)
    deploy.add_to(commands)
    branch.add_to(commands)
    release.add_to(commands)
    rollback.add_to(commands)
    status.add_to(commands)

    arguments, rest = parser.parse_known_args()
    if rest and arguments.run != run_psql:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    arguments.psql = rest
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    # An end by SIGTERM is as orderly as one by Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return int(arguments.run(arguments))
    except (migrate.MigrationError, Stop, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def run_demo(_: argparse.Namespace) -> int:
    out.print("starting Postgres, migrating, seeding ...")
    with ExitStack() as stack:
        cluster = stack.enter_context(local.fresh_database("demo"))
        opened, tasks = stack.enter_context(chain.opened(local.chain_file(cluster, "demo")))
        os.environ.update(local.environment(cluster, "demo"), **opened.environment, LOG_LEVEL="ERROR")
        servers = stack.enter_context(serving("127.0.0.1", 0, beside=tasks))
        return demo.play(servers.url, scheduler.call, cluster.url("jobs", "demo"), opened)


def run_dev(arguments: argparse.Namespace) -> int:
    with local.database() as cluster:
        migrate.migrate(cluster.url("owner", local.DATABASE))
        with chain.opened(local.chain_file(cluster, local.DATABASE)) as (opened, tasks):
            os.environ.update(local.environment(cluster, local.DATABASE), **opened.environment)
            with serving(arguments.host, arguments.port, schedules=True, beside=tasks) as servers:
                out.print(f"GigStream listens on {servers.url}; Ctrl-C ends it.")
                out.print(f"The local chain's node is {opened.url}, chain id {opened.chain_id}.\n")
                print(CURLS.format(url=servers.url), flush=True)
                servers.keep_alive()
    return 0


CURLS = """\
curl {url}/v1/health

curl {url}/v1/auth/login -H 'Content-Type: application/json' \\
  -d '{{"email": "alice@example.com", "password": "demo123"}}'

curl {url}/v1/platforms/register -H 'Content-Type: application/json' \\
  -d '{{"name": "My platform", "contact_email": "me-'$RANDOM'@example.com"}}'
"""


def run_migrate(_: argparse.Namespace) -> int:
    # A database that is not ours is live unless it is said to be otherwise, as for the functions themselves.
    mode = os.environ.get("GIGSTREAM_MODE", "live") if "DATABASE_URL_DIRECT" in os.environ else "test"
    return on_database(lambda url: migrate.migrate(url, mode))


def run_seed(_: argparse.Namespace) -> int:
    return on_database(migrate.seed)


def on_database(work: Callable[[str], None]) -> int:
    """Do it where DATABASE_URL_DIRECT leads, or else in the local database."""
    if url := os.environ.get("DATABASE_URL_DIRECT"):
        work(url)
    else:
        with local.database() as cluster:
            work(cluster.url("owner", local.DATABASE))
    return 0


def run_invoke(arguments: argparse.Namespace) -> int:
    functions = Template().functions
    if arguments.function not in functions:
        print(f"no such function: {arguments.function}; there are {', '.join(functions)}", file=sys.stderr)
        return 2
    scheduled = {schedule.function.name for schedule in Template().schedules}
    if not arguments.event and arguments.function not in scheduled:
        print(f"{arguments.function} answers requests: give it one with --event FILE", file=sys.stderr)
        return 2
    with local.database() as cluster, chain.running(local.chain_file(cluster, local.DATABASE)) as running:
        os.environ.update(local.environment(cluster, local.DATABASE), **running.environment)
        if arguments.event:
            reply = invoke(functions[arguments.function], json.loads(arguments.event.read_text()))
        else:
            reply = scheduler.call(arguments.function, datetime.now(UTC))
    out.print_json(data=reply)
    return 0


def run_psql(arguments: argparse.Namespace) -> int:
    with local.database() as cluster:
        command = [programs() / "psql", cluster.url("owner", local.DATABASE), *arguments.psql]
        return subprocess.run(command, check=False).returncode


def run_routes(_: argparse.Namespace) -> int:
    template = Template()
    table = Table("method", "path", "handler", "callers", box=None, pad_edge=False)
    for route in template.routes:
        table.add_row(route.method, route.path, route.function.handler, _callers(route.function.load().rule))
    for schedule in template.schedules:
        table.add_row("", schedule.expression, schedule.function.handler, "the clock")
    # Into a pipe a line is as long as it takes.
    (out if out.is_terminal else Console(width=200)).print(table)
    return 0


def _callers(rule: Any) -> str:
    scope = {None: None, "*": "any key"}.get(rule.scope, f"key with {rule.scope}")
    callers = ["anybody" if rule.public else None, "worker" if rule.worker else None, scope]
    return ", ".join(filter(None, callers)) + (" (test mode)" if rule.test_only else "")


def run_schema_dump(_: argparse.Namespace) -> int:
    with scratch() as cluster:
        cluster.create_database("dump")
        migrate.migrate(cluster.url("owner", "dump"))
        (migrate.SCHEMA / "schema.sql").write_text(migrate.dump(cluster.url("owner", "dump")))
    return 0


def run_openapi(arguments: argparse.Namespace) -> int:
    from devstack.openapi import committed  # noqa: PLC0415 - imports every function

    if not arguments.write:
        print(committed.texts()[committed.DOCUMENT], end="")
        return 0
    for file, text in committed.texts().items():
        file.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
