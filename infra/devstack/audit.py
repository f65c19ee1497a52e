"""gigstream audit: whether the audit trail is what was sealed and anchored."""

import sys
from argparse import Namespace
from typing import Any

import psycopg
from rich.console import Console
from rich.table import Table

from devstack import operator
from gigstream import anchors, db
from gigstream.config import ConfigError
from gigstream.errors import GigStreamError
from gigstream.queries import audit

VERIFY_SECONDS = 600
ABOUT = f"""\
Compares every audit row with its seal, the seals with each other, and with the anchors in AUDIT_ANCHOR_BUCKET or
AUDIT_ANCHOR_FILE. It reads the database of {operator.VARIABLE}, or else the local one. It ends with 0 when nothing is
wrong, 1 when something is, 2 when it could not look."""


def add_to(commands: Any) -> None:
    """Add `audit verify` to a command line's subparsers."""
    about = "the audit trail: is it what was sealed?"
    verbs = commands.add_parser("audit", help=about, description=about).add_subparsers(metavar="VERB", required=True)
    verify = verbs.add_parser("verify", help="find what was edited, deleted or inserted", description=ABOUT)
    verify.set_defaults(run=run)


def run(_: Namespace) -> int:
    """Verify and show what was found."""
    session = db.Session("operator", seconds=VERIFY_SECONDS)
    try:
        with operator.database():
            kept = anchors.place().kept()
            head = db.read(session, audit.head())
            findings = db.read(session, audit.findings(kept))
    except (GigStreamError, ConfigError, ModuleNotFoundError, psycopg.Error) as error:
        print(error, file=sys.stderr)
        return 2
    if findings:
        table = Table("finding", "seal", "audit row", box=None, pad_edge=False)
        for one in findings:
            table.add_row(one.finding, str(one.seal or "-"), str(one.audit_id or "-"))
        Console().print(table)
        return 1
    print(f"{head.number if head else 0} seals and {len(kept)} anchors agree with the audit trail")
    return 0
