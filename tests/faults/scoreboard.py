"""`make scoreboard`: every row with all its cases, a JSON line each.

SEED=n replays, ROWS="R1 R2" chooses, SHORT=1 plays as few cases as the suite.
"""

import os
import secrets
import sys
import time

from tests.faults.board import Arena, Outcome, Row, arena, load, play, report

from devstack import migrate
from devstack.postgres import scratch


def main() -> int:
    """0 when no row has a violation."""
    rows, seed = load(), int(os.environ.get("SEED") or secrets.randbelow(10**6))
    failed = 0
    with scratch() as cluster:
        cluster.create_database("clean")
        migrate.migrate(cluster.url("owner", "clean"))
        for name in os.environ.get("ROWS", "").split() or rows:
            database, began = name.lower(), time.monotonic()
            cluster.create_database(database, template="clean")
            with arena(cluster, database) as ground:
                cases = rows[name].short if os.environ.get("SHORT") else rows[name].full
                outcome = played(rows[name], ground, seed, cases)
            cluster.drop_database(database)
            print(report(rows[name], seed, outcome, began), flush=True)
            for violation in outcome.violations[:10]:
                print(f"  {name}: {violation}", file=sys.stderr)
            failed += bool(outcome.violations)
    return 1 if failed else 0


def played(chosen: Row, ground: Arena, seed: int, cases: int) -> Outcome:
    """A row that breaks off has found something too."""
    try:
        return play(chosen, ground, seed, cases)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other rows are still played
        return Outcome(cases, 0, [f"broke off: {error!r}"])


if __name__ == "__main__":
    sys.exit(main())
