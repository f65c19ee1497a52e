"""R21: audit rows are edited, deleted, reordered, inserted and rewritten after they were sealed; all of it is found.

Guards: digests over the whole row, the chain of seals, the notes of what waits, the anchor outside. Red when one of
them leaves something out.
"""

import json
import random

from tests.faults.board import Arena, Outcome, row
from tests.tampering import FOUND, FOUND_BY_ANCHOR, findings, trail


@row(21, "audit rows tampered with after a seal: all found", full=320, short=32)
def play(arena: Arena, chance: random.Random, cases: int) -> Outcome:
    books = arena.books
    anchor = json.dumps(trail(books))
    outcome = Outcome(violations=[f"an honest trail: {finding}" for finding in findings(books, anchor)])
    ways = [*FOUND.items(), *FOUND_BY_ANCHOR.items()]
    chance.shuffle(ways)
    for number in range(cases):
        name, way = ways[number % len(ways)]
        with books.connection("owner").transaction(force_rollback=True):
            way.do(books)
            found = findings(books, anchor, role="owner")
        outcome.cases += 1
        outcome.accepted += 1
        if not set(way.found) <= set(found):
            outcome.violations.append(f"{name}: found {found} of {way.found}")
    return outcome
