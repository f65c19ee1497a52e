"""`gigstream rollback`: the release before runs again, built anew of its commit. The database stays as it is."""

import argparse
from typing import Any

from cloud import git, releases, sam
from cloud.deploy import tried
from cloud.person import Person, out
from cloud.stack import SETTLED, Stack, aws, stage
from cloud.stop import Stop
from devstack.template import Template

ABOUT = """\
Deploy the last release that passed its smoke test before the one that runs, or the one that is named. Migrations go
forward only: the schema stays, for it serves the release before it as well; further back than that it refuses to go."""


def add_to(commands: Any) -> None:
    """Add `rollback` to the command line."""
    parser = commands.add_parser("rollback", help="bring a stage back to the release before", description=ABOUT)
    parser.add_argument("--stage", required=True, type=stage)
    parser.add_argument("--to", metavar="COMMIT", help="a release that passed on this stage")
    parser.add_argument("--yes", action="store_true", help="agree beforehand")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Build, deploy, test; Stop says what is wrong."""
    with aws():
        stack = Stack(arguments.stage)
        if (status := stack.deployed()["StackStatus"]) not in SETTLED:
            raise Stop(f"The stack {stack.name} is in {status}: see in CloudFormation why it is not settled.")
        past = releases.history(stack)
        now = releases.running(past) or ""
        to = git.commit(arguments.to) if arguments.to else releases.before(past, git.goes_back)
        if to == now:
            raise Stop(f"{to[:12]} is what runs.")
        releases.check_schema(past, to, git.schema)
        where = f"{stack.name} in {stack.caller['Account']}, {stack.region}"
        Person(yes=arguments.yes).agree(f"Take {where} from {now[:12]} back to {to[:12]}?")
        with git.checked_out(to) as release:
            declared = Template(release / "template.yaml").document["Parameters"]
            sam.build(release, stack.parameters()["Architecture"])
            sam.deploy(release, stack, {"Release": to} if "Release" in declared else {})
            releases.note(stack, to, "deployed")
            for line in tried(stack, release, to):
                out.print(f"    {line}")
        out.print(f"\n{to[:12]} runs again: {stack.url()}")
    return 0
