"""What `make bench` measures: each row ours beside a reference of the same run, as a ratio.

An absolute time means nothing on a shared machine, so no row has a target in seconds alone. A row's function yields
its Lines; what has to be built first it builds itself, in a database of its own.
"""

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

RUNS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison. `ours` and `reference` are in `unit`; `ratio` is the one by the other, and `target` bounds it.

    `target` reads "<= 1.5" or ">= 20"; empty when nothing is required. `note` says what the reference is.
    """

    id: str
    title: str
    ours: float
    reference: float
    unit: str
    target: str
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.reference

    @property
    def ok(self) -> bool:
        if not self.target:
            return True
        sign, bound = self.target.split()
        return self.ratio <= float(bound) if sign == "<=" else self.ratio >= float(bound)

    def json(self) -> str:
        names = {"id": self.id, "title": self.title, "unit": self.unit, "note": self.note, "target": self.target}
        figures = {"ours": _short(self.ours), "reference": _short(self.reference), "ratio": _short(self.ratio)}
        return json.dumps(names | figures | {"ok": self.ok})


Measure = Callable[[], Iterator[Line]]
ROWS: dict[str, Measure] = {}


def row(number: int) -> Callable[[Measure], Measure]:
    """Register what measures row P`number` of the table."""

    def register(measure: Measure) -> Measure:
        ROWS[f"P{number}"] = measure
        return measure

    return register


def load() -> dict[str, Measure]:
    """All rows, in order. With TOY in the environment each row is as small as its module's TOY says: a test's size."""
    for path in sorted((Path(__file__).parent / "rows").glob("p[0-9]*.py")):
        module = import_module(f"tests.bench.rows.{path.stem}")
        if os.environ.get("TOY"):
            for name, size in module.TOY.items():
                setattr(module, name, size)
    return dict(sorted(ROWS.items(), key=lambda item: int(item[0][1:])))


def in_turn(
    *works: Callable[[], object], runs: int = RUNS, between: Callable[[], object] = lambda: None
) -> list[float]:
    """The median seconds of each, run by turns after a warm-up, so that what disturbs one disturbs all.

    `between` goes before each, off the clock: it undoes what the last one left.
    """
    for work in works:
        between()
        work()
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, times in zip(works, taken, strict=True):
            between()
            began = time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
    return [statistics.median(times) for times in taken]


def told(figure: float) -> str:
    """Four digits, as a person writes them."""
    return f"{figure:,.0f}" if abs(figure) >= 1000 else f"{figure:.4g}"


def _short(figure: float) -> float:
    return float(f"{figure:.4g}")
