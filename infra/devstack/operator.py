"""gigstream operator: what neither a worker nor a platform may decide. There is no HTTP route to any of it."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from rich.console import Console
from rich.table import Table

from devstack import chain, local
from gigstream import db, due, money
from gigstream.config import ConfigError
from gigstream.errors import GigStreamError, Invalid
from gigstream.queries import operator, settlements

VARIABLE = "DATABASE_URL_OPERATOR"
ABOUT = f"""\
Acts that belong to neither worker nor platform. They go to the database of {VARIABLE}, as role operator, or else to the
local one; each is one transaction and leaves an audit row of the system. It ends with 0 when it was done, 2 when it
cannot be done, 1 when the database fails: then look before you repeat it."""


def add_to(commands: Any) -> None:
    """Add `operator` and its acts to a command line's subparsers."""
    acts = commands.add_parser("operator", help="disputes, advances, platforms: an operator's acts", description=ABOUT)
    acts = acts.add_subparsers(metavar="ACT", required=True)

    def act(name: str, about: str, more: str) -> ArgumentParser:
        added: ArgumentParser = acts.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}. {more}")
        added.set_defaults(run=run)
        return added

    off = act(
        "deactivate-platform",
        "refuse a platform's API keys from now on",
        "What it promised goes on: streams are released, workers are paid out.",
    )
    off.add_argument("platform_id", type=UUID, metavar="PLATFORM", help="its id")
    off.set_defaults(query=lambda given: operator.set_platform_active(given.platform_id, is_active=False))

    on = act("activate-platform", "let a deactivated platform in again", "Its keys are good as they were.")
    on.add_argument("platform_id", type=UUID, metavar="PLATFORM", help="its id")
    on.set_defaults(query=lambda given: operator.set_platform_active(given.platform_id, is_active=True))

    assign = act(
        "assign-deposit",
        "give a deposit of an unknown sender to the platform that it is of",
        "Until then it is in suspense. It cannot be undone.",
    )
    assign.add_argument("deposit_id", type=UUID, metavar="DEPOSIT", help="its id")
    assign.add_argument("platform_id", type=UUID, metavar="PLATFORM", help="the platform's id")
    assign.set_defaults(query=lambda given: operator.assign_deposit(given.deposit_id, given.platform_id))

    fund = act(
        "fund-pool",
        "put money into the pool that advances are paid from",
        "A deposit is put there once; an amount is made up, in test mode only, and doing it twice funds it twice.",
    )
    whence = fund.add_mutually_exclusive_group(required=True)
    whence.add_argument("amount", nargs="?", type=_amount, metavar="AMOUNT", help='USDC, such as "2500" or "12.50"')
    whence.add_argument("--deposit", type=UUID, metavar="DEPOSIT", help="the id of a deposit that is in suspense")
    fund.set_defaults(
        query=lambda given: operator.fund_pool_by(given.deposit) if given.deposit else operator.fund_pool(given.amount)
    )

    write_off = act(
        "write-off",
        "give up on an advance that is not paid back",
        "The loan is defaulted, what he did pay back goes to the pool; a predictive one costs him 100 points.",
    )
    write_off.add_argument("loan_id", type=UUID, metavar="LOAN", help="its id")
    write_off.set_defaults(query=lambda given: operator.write_off_advance(given.loan_id))

    resolve = act(
        "resolve-dispute",
        "end the dispute over a task by splitting what is held for it",
        "With the whole price at the worker the task is completed, else it is cancelled with what it paid.",
    )
    resolve.add_argument("task_id", type=UUID, metavar="TASK", help="its id")
    resolve.add_argument(
        "--to-worker",
        type=int,
        required=True,
        metavar="BASIS_POINTS",
        help="the worker's share, 0 to 10000: 10000 is all, 2500 a quarter; the platform gets the rest back",
    )
    resolve.set_defaults(query=lambda given: operator.resolve_dispute(given.task_id, given.to_worker))

    decide = act(
        "decide-appeal",
        "decide a worker's appeal against an event of his reputation",
        "Granted, a new event gives back what the appealed one took; refused, a new event of 0 points says so.",
    )
    decide.add_argument("appeal_id", type=UUID, metavar="APPEAL", help="its id")
    how = decide.add_mutually_exclusive_group(required=True)
    how.add_argument("--grant", action="store_true", help="give the points back")
    how.add_argument("--refuse", action="store_true", help="do not")
    decide.add_argument("--reason", metavar="TEXT", help="why; the worker and his platforms read it")
    decide.set_defaults(query=lambda given: operator.decide_appeal(given.appeal_id, given.grant, given.reason))

    clear = act(
        "clear-conflict",
        "end a settlement whose nonce somebody else's transaction has used",
        "It tells what the chain says, and does what you say when every node bears it out. The signer stays paused.",
    )
    clear.add_argument("settlement_id", type=UUID, metavar="SETTLEMENT", help="its id")
    outcome = clear.add_mutually_exclusive_group()
    outcome.add_argument("--paid", metavar="HASH", help="by this transaction, which paid all of it")
    outcome.add_argument("--unpaid", action="store_true", help="none of it is paid: the money goes back to the workers")
    clear.set_defaults(query=lambda given: _conflicts().clear(given), on_chain=True)

    give_back = act(
        "give-back-settlement",
        "end a settlement that the chain will never take",
        "Only while it is queued and nothing was signed for it. Its payouts fail, the money goes back to the workers.",
    )
    give_back.add_argument("settlement_id", type=UUID, metavar="SETTLEMENT", help="its id")
    give_back.set_defaults(query=lambda given: settlements.give_back(given.settlement_id))

    resume = act(
        "resume-signer",
        "let a paused signer pay again",
        "It tells why it is paused and what the chain says; transactions that were not ours are passed over.",
    )
    resume.add_argument("--address", metavar="ADDRESS", help="when more than one is paused")
    resume.add_argument("--yes", action="store_true", help="do it")
    resume.set_defaults(query=lambda given: _conflicts().resume(given), on_chain=True)


def _conflicts() -> Any:
    from devstack import conflicts  # noqa: PLC0415 - speaks to the chain, which costs a second to import

    return conflicts


def run(arguments: Namespace) -> int:
    """Do one act and show what became of it."""
    try:
        with database(on_chain=getattr(arguments, "on_chain", False)):
            try:
                done = db.write(db.Session("operator"), arguments.query(arguments))
            finally:
                due.mark()  # jobs that sleep are told, where DUE_PARAMETERS says that they do
    except (GigStreamError, ConfigError, psycopg.Error) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, GigStreamError) and error.status < 500 else 1
    table = Table(box=None, pad_edge=False, show_header=False)
    for field in fields(done):
        table.add_row(field.name.replace("_", " "), _shown(getattr(done, field.name)))
    Console().print(table)
    return 0


@contextmanager
def database(*, on_chain: bool = False) -> Iterator[None]:
    """Where an operator's queries go: DATABASE_URL_OPERATOR, or else the local database, and its chain if need be."""
    try:
        if VARIABLE in os.environ:
            yield
            return
        with ExitStack() as stack:
            cluster = stack.enter_context(local.database())
            os.environ.update(local.environment(cluster, local.DATABASE))
            if on_chain:
                running = stack.enter_context(chain.running(local.chain_file(cluster, local.DATABASE)))
                os.environ.update(running.environment)
            yield
    finally:
        db.close()


def _amount(text: str) -> Decimal:
    try:
        amount = money.parse(text)
    except Invalid as error:
        raise ArgumentTypeError(str(error)) from None
    if amount == 0:
        raise ArgumentTypeError("must be more than 0")
    return amount


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{money.text(value)} USDC" if isinstance(value, Decimal) else str(value)
