"""`make mutants`: plants one fault at a time in a copy of the code and shows which row of the scoreboard catches it.

A row that catches nothing proves nothing, and neither does one that is red without a fault: each is first played on the
code as it is. ONLY="round" chooses by name; the seed is fixed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.faults.mutations import MUTATIONS, Mutation

from devstack.postgres import CHECKOUT

ROOTS = ("functions", "layers/shared", "layers/chain", "infra")
SEED = "20261122"
SECONDS = 600


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant; no rows when it survived them."""

    mutation: Mutation
    caught_by: list[str]


def main() -> int:
    """0 when every mutant is caught; 2 when a row is red by itself."""
    chosen = [mutation for mutation in MUTATIONS if os.environ.get("ONLY", "") in mutation.name]
    with tempfile.TemporaryDirectory(prefix="gigstream-mutants-") as folder:
        copy = Path(folder, "tree")
        shutil.copytree(CHECKOUT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "*.pyc"))
        rows = sorted({row for mutation in chosen for row in mutation.rows}, key=lambda row: int(row[1:]))
        if red := [row for row in rows if not passes(copy, row)]:
            print("red without a fault:", *red)
            return 2
        print("content with the code as it is:", *rows, flush=True)
        verdicts = [judge(copy, mutation) for mutation in chosen]
    survivors = [verdict.mutation.name for verdict in verdicts if not verdict.caught_by]
    print(f"\n{len(verdicts) - len(survivors)} of {len(verdicts)} caught", *survivors, sep="\n  survived: ")
    return 1 if survivors else 0


def judge(copy: Path, mutation: Mutation) -> Verdict:
    """Plant the fault, play the rows that should see it, mend it."""
    original = {edit.file: (copy / edit.file).read_text() for edit in mutation.edits}
    try:
        for edit in mutation.edits:
            text = (copy / edit.file).read_text()
            if edit.was not in text:
                raise LookupError(f"{mutation.name}: {edit.file} no longer says: {edit.was}")
            (copy / edit.file).write_text(text.replace(edit.was, edit.becomes))
        caught = [row for row in mutation.rows if not passes(copy, row)]
    finally:
        for file, text in original.items():
            (copy / file).write_text(text)
    print(f"{mutation.name:60} {'caught by ' + ' '.join(caught) if caught else 'SURVIVED ' + ' '.join(mutation.rows)}")
    sys.stdout.flush()
    return Verdict(mutation, caught)


def passes(copy: Path, row: str) -> bool:
    """Whether the row, short, is content with the copy; one that hangs is not. RuntimeError when it was not played."""
    path = os.pathsep.join(str(copy / root) for root in (*ROOTS, "."))
    environment = {**os.environ, "PYTHONPATH": path, "ROWS": row, "SEED": SEED, "SHORT": "1"}
    command = [sys.executable, "-P", "-m", "tests.faults.scoreboard"]
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    played = [line for line in done.stdout.splitlines() if line.startswith(f'{{"id": "{row}"')]
    if not played:
        raise RuntimeError(f"{row} did not run:\n{done.stderr[-2000:]}")
    return bool(json.loads(played[0])["ok"])


if __name__ == "__main__":
    sys.exit(main())
