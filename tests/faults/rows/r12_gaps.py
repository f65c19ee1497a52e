"""R12: gaps between the chain and the books are planted on a busy custody; each is found and named, nothing else is.

Guards: every movement of the chain compared with the books' rows, custody at one block with their sum, and what the
books may still lack told from what they should have. Red when one of them is left out.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.books import Books
from tests.custody import Vault, forget
from tests.faults.board import Arena, Outcome, row
from tests.gaps import GAPS, amount
from tests.payday import Payday

from gigstream.errors import CustodyDiffers

STEPS = 20  # of a quiet day, before each gap


@row(12, "chain-versus-book gaps found and named, no false alarm on a busy clean system", full=48, short=10)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    outcome = Outcome()
    names = sorted(GAPS)
    chance.shuffle(names)
    for number in range(cases):
        name = names[number % len(names)]
        kind, plant = GAPS[name]
        with busy(arena, number) as day:
            outcome.cases += 1
            outcome.violations += [f"{name}: false alarm: {alarm}" for alarm in quiet(day, chance, STEPS)]
            outcome.violations += [f"{name}: recount: {difference}" for difference in day.books.differences()]
            plant(day, amount(chance))
            found = alarms(day)
            outcome.accepted += found == [kind]
            if found != [kind]:
                outcome.violations.append(f"{name}: found {found}, not {kind}")
    return outcome


@contextmanager
def busy(arena: Arena, number: int) -> Iterator[Payday]:
    """A chain and a database of their own, on which everything goes on already."""
    database = f"{arena.database}_{number}"
    with arena.cluster.superuser() as connection:  # what is copied must be nobody's, the pooler's neither
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [arena.database]
        )
    arena.cluster.create_database(database, template=arena.database)
    books = Books(lambda role: arena.cluster.url(role, database))
    try:
        vault = Vault()
        with pytest.MonkeyPatch.context() as environment, vault.front.serving() as url:
            told = arena.environment() | {
                f"DATABASE_URL_{role}": arena.cluster.url(role.lower(), database) for role in ("API", "JOBS")
            }
            for name, value in (told | vault.environment(url)).items():
                environment.setenv(name, value)
            forget()
            day = Payday(vault, books)
            day.busy()
            yield day
    finally:
        forget()
        books.close()
        arena.cluster.drop_database(database)


def alarms(day: Payday) -> list[str]:
    """The kinds of the breaks that a run finds; it must fail if there are any, and only then."""
    try:
        day.reconcile()
    except CustodyDiffers:
        return day.open_breaks() or ["an alarm without a break"]
    return [f"{kind}, without an alarm" for kind in day.open_breaks()]


def quiet(day: Payday, chance: random.Random, steps: int) -> list[str]:
    """A quiet day: whatever happens, in whatever order, nothing is wrong; what a run finds nevertheless."""
    found = []
    for _ in range(steps):
        step = chance.choice(["deposit", "stranger", "index", "pay", "finish", "made up", "stream", "reconcile"])
        if step == "deposit":
            day.deposit(amount(chance))
        elif step == "stranger":
            day.vault.mint(day.custody, amount(chance))
        elif step == "index":
            day.index()
        elif step == "pay":
            day.start(*[amount(chance) for _ in range(chance.randint(1, 4))])
        elif step == "finish" and day.waiting:
            day.finish(*day.waiting.pop(chance.randrange(len(day.waiting))))
        elif step == "made up":
            day.settle_without_chain(amount(chance))
        elif step == "stream":
            usdc = amount(chance)
            day.vault.escrow(day.vault.account(usdc), usdc)
        elif step == "reconcile":
            found += alarms(day)
    return found + alarms(day)
