"""`make bench`: the table of what is fast and by how much, and a JSON line each. ROWS="P1 P7" chooses.

With KEEP=1 the figures go into infra/performance.md as well.

Exit status 1 when a line does not reach its target, 2 when a chosen row does not exist.
"""

import os
import sys
import time

from rich.console import Console
from rich.table import Table
from tests.bench import board, kept

from gigstream import clock


def main() -> int:
    """Measure the chosen rows, one after the other."""
    rows = board.load()
    chosen = os.environ.get("ROWS", "").split() or list(rows)
    if unknown := [name for name in chosen if name not in rows]:
        print("no such row:", *unknown, "- there are", *rows, file=sys.stderr)
        return 2
    lines: list[board.Line] = []
    for name in chosen:
        began = time.monotonic()
        print(f"{name} ...", end=" ", file=sys.stderr, flush=True)
        lines += rows[name]()
        print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    show(lines)
    for line in lines:
        print(line.json())
    if os.environ.get("KEEP"):
        kept.PAGE.write_text(kept.keep(kept.PAGE.read_text(), lines, clock.now().date()))
    return 0 if all(line.ok for line in lines) else 1


def show(lines: list[board.Line]) -> None:
    """The table, with what falls short in red."""
    table = Table("row", "measure", "ours", "reference", "", "ratio", "to reach", "reference is", box=None)
    for line in lines:
        ratio = f"{line.ratio:.2f}" if line.ok else f"[red]{line.ratio:.2f}[/red]"
        table.add_row(
            line.id,
            line.title,
            board.told(line.ours),
            board.told(line.reference),
            line.unit,
            ratio,
            line.target,
            line.note,
        )
    Console(width=200).print(table)


if __name__ == "__main__":
    sys.exit(main())
