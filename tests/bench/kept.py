"""The last table in infra/performance.md: `KEEP=1 make bench` writes what it measured there, and leaves other rows."""

import re
from collections.abc import Sequence
from datetime import date

from tests.bench.board import Line, told

from devstack.postgres import CHECKOUT

PAGE = CHECKOUT / "infra" / "performance.md"
HEAD = (
    "| row | measure | ours | reference | reference is | ratio | to reach | seen |\n|---|---|---|---|---|---|---|---|\n"
)
ROW = re.compile(r"^\| P(\d+) \|.*\n", re.MULTILINE)


def keep(page: str, lines: Sequence[Line], seen: date) -> str:
    """The page with these lines in its table, in place of all that it had of the same rows."""
    head, table, rest = page.partition(HEAD)
    if not table:
        raise ValueError(f"{PAGE.name} has no table that begins with {HEAD}")
    old = re.match(r"(?:\|.*\n)*", rest)
    assert old
    measured = {line.id for line in lines}
    rows = [row[0] for row in ROW.finditer(old[0]) if f"P{row[1]}" not in measured] + [
        _row(line, seen) for line in lines
    ]
    return head + table + "".join(sorted(rows, key=_number)) + rest[old.end() :]


def _number(row: str) -> int:
    found = ROW.match(row)
    assert found
    return int(found[1])


def _row(line: Line, seen: date) -> str:
    ratio = f"{line.ratio:.2f}" if line.ok else f"**{line.ratio:.2f}**"
    ours, reference = (f"{told(figure)} {line.unit}".strip() for figure in (line.ours, line.reference))
    cells = [line.id, line.title, ours, reference, line.note, ratio, line.target, str(seen)]
    return f"| {' | '.join(cells)} |\n"
