"""Whoever deletes or truncates whatever: the keys cascade as declared, and money that was posted stays.

Red when a ledger key is declared ON DELETE CASCADE, when a table may be truncated, and when a role of the service may
delete what is posted.
"""

import random

import psycopg
from psycopg import sql
from tests.books import Books
from tests.faults.board import Arena, Outcome, row
from tests.schema.test_cascade import CASCADING, REFUSALS, ROLES, TABLES, cascading, posted

ALL = [*TABLES, "ledger.transfers", "ledger.accounts", "ops.deposits"]
# Each table holds something posted; only one row, picked by chance, may be a draft.
WHOLE = ["DELETE FROM {}", "TRUNCATE {} CASCADE"]
PART = "DELETE FROM {} WHERE id = {}"


@row(22, "DELETE and TRUNCATE CASCADE of every table by each role", full=4000, short=378)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    books = arena.books
    keys = cascading(books)
    outcome = Outcome(violations=[f"{key} no longer cascades" for key in CASCADING - keys])
    # The ledger's rules would refuse what such a key does; it is not to be tried in the first place.
    outcome.violations += [f"{key} cascades" for key in keys if key[0].startswith("ledger.")]
    posted(books)
    before = _money(books)
    tries = [(role, table, act) for role in ROLES for table in ALL for act in [*WHOLE, PART]]
    while outcome.cases < cases:
        platform = books.platform("0")
        books.drafts(platform, [books.worker(platform) for _ in range(10)])
        for role, table, act in chance.sample(tries, len(tries)):
            done = _done(books, role, table, act, chance)
            outcome.cases += 1
            outcome.accepted += done is True
            if _money(books) != before:
                outcome.violations.append(f"{role}: {act.format(table, '...')} changed posted money")
                return outcome
            if isinstance(done, str) or (done and act in WHOLE):
                outcome.violations.append(f"{role}: {act.format(table, '...')} {done}")
    return outcome


def _done(books: Books, role: str, table: str, act: str, chance: random.Random) -> bool | str:
    """Whether it came to pass; or a refusal that is none of those declared."""
    name = sql.Identifier(*table.split("."))
    owner = books.connection("owner")
    ids = [found["id"] for found in owner.execute(sql.SQL("SELECT id FROM {} ORDER BY id").format(name))]
    try:
        books.connection(role).execute(sql.SQL(act).format(name, *[chance.choice(ids)] if act == PART else []))
    except psycopg.Error as refusal:
        return False if refusal.sqlstate in REFUSALS else str(refusal)
    return True


def _money(books: Books) -> list[dict[str, str]]:
    return books.rows(
        "SELECT t::text FROM ledger.transfers AS t UNION ALL SELECT a::text FROM ledger.accounts AS a"
        " WHERE a.balance <> 0 UNION ALL SELECT d::text FROM ops.deposits AS d ORDER BY 1",
        role="owner",
    )
